/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/sysctl.c - the table of settings.
 *
 * Overview  Entries known at link time, and directories that come and go (net.ipv4.conf.<dev>.).
 *           Names are looked up by comparing all: settings are read by people, not by packets.
 * Locking   sysctl_mutex over the directories and over every read and write with its handler, so
 *           that an entry cannot go away meanwhile. The values themselves are plain ints that their
 *           owners read at any time.
 * Observe   sysctl -a
 */
#include "kernel/base/mutex.h"
#include "kernel/base/param.h"
#include "kernel/base/sysctl.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

#define NAME_MAX_LEN 128

static DEFINE_MUTEX(sysctl_mutex);
static LIST_HEAD(sysctl_dirs);

void sysctl_dir_register(struct sysctl_dir *dir)
{
	mutex_lock(&sysctl_mutex);
	list_add_tail(&dir->node, &sysctl_dirs);
	mutex_unlock(&sysctl_mutex);
}

void sysctl_dir_unregister(struct sysctl_dir *dir)
{
	mutex_lock(&sysctl_mutex);
	list_del(&dir->node);
	mutex_unlock(&sysctl_mutex);
}

static const struct sysctl *dir_find(const struct sysctl_dir *dir, const char *name)
{
	size_t len = strlen(dir->prefix);
	unsigned int i;

	if (strncmp(name, dir->prefix, len) != 0)
		return NULL;
	for (i = 0; i < dir->count; i++) {
		if (strcmp(dir->entries[i].name, name + len) == 0)
			return &dir->entries[i];
	}
	return NULL;
}

/* Mutex held. net/ipv4/ip_forward is the same as net.ipv4.ip_forward. */
static const struct sysctl *sysctl_find(const char *name)
{
	const struct sysctl *found;
	char dotted[NAME_MAX_LEN];
	struct sysctl_dir *dir;
	char *slash;

	assert_mutex_held(&sysctl_mutex);
	if (strscpy(dotted, name, sizeof(dotted)) < 0)
		return NULL;
	if (!strchr(dotted, '.')) {
		while ((slash = strchr(dotted, '/')) != NULL)
			*slash = '.';
	}
	table_for_each(s, sysctls) {
		if (strcmp(s->name, dotted) == 0)
			return s;
	}
	list_for_each_entry(dir, &sysctl_dirs, node) {
		found = dir_find(dir, dotted);
		if (found)
			return found;
	}
	return NULL;
}

int sysctl_read(const char *name, int *value)
{
	const struct sysctl *s;

	mutex_lock(&sysctl_mutex);
	s = sysctl_find(name);
	if (s)
		*value = READ_ONCE(*s->value);
	mutex_unlock(&sysctl_mutex);
	return s ? 0 : -ENOENT;
}

static int sysctl_store(const struct sysctl *s, const char *text)
{
	int value, err;

	err = kstrtoint(text, 0, &value);
	if (err)
		return err;
	if (value < s->min || value > s->max)
		return -ERANGE;
	if (s->handler) {
		err = s->handler(s, value);
		if (err)
			return err;
	}
	WRITE_ONCE(*s->value, value);
	return 0;
}

int sysctl_write(const char *name, const char *text)
{
	const struct sysctl *s;
	int err = -ENOENT;

	mutex_lock(&sysctl_mutex);
	s = sysctl_find(name);
	if (s)
		err = sysctl_store(s, text);
	mutex_unlock(&sysctl_mutex);
	return err;
}

/* The walk for sysctl_for_each(): the smallest name that comes after @after. */
struct next_name {
	const char *after;
	char name[NAME_MAX_LEN];
	int value;
	bool found;
};

static void next_consider(struct next_name *next, const char *prefix, const struct sysctl *s)
{
	char name[NAME_MAX_LEN];

	scnprintf(name, sizeof(name), "%s%s", prefix, s->name);
	if (strcmp(name, next->after) <= 0 || (next->found && strcmp(name, next->name) >= 0))
		return;
	strscpy(next->name, name, sizeof(next->name));
	next->value = READ_ONCE(*s->value);
	next->found = true;
}

static void next_search(struct next_name *next)
{
	struct sysctl_dir *dir;
	unsigned int i;

	next->found = false;
	mutex_lock(&sysctl_mutex);
	table_for_each(s, sysctls)
		next_consider(next, "", s);
	list_for_each_entry(dir, &sysctl_dirs, node) {
		for (i = 0; i < dir->count; i++)
			next_consider(next, dir->prefix, &dir->entries[i]);
	}
	mutex_unlock(&sysctl_mutex);
}

void sysctl_for_each(void (*fn)(const char *name, int value, void *arg), void *arg)
{
	char last[NAME_MAX_LEN] = "";
	struct next_name next = { .after = last };

	for (next_search(&next); next.found; next_search(&next)) {
		fn(next.name, next.value, arg);
		strscpy(last, next.name, sizeof(last));
	}
}

/*
 * Applied with the configuration, when the settings' owners are up (kernel/task/config.c); here
 * only checked for form.
 */
static int sysctl_param(const char *key, const char *val)
{
	return *key && val ? 0 : -EINVAL;
}
PARAM_PREFIX("sysctl.", sysctl_param);
