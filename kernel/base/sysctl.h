/* SPDX-License-Identifier: MIT */
/*
 * kernel/base/sysctl.h - integers that can be read and set by name.
 *
 *	static int sysctl_ip_forward;
 *	SYSCTL_INT("net.ipv4.ip_forward", &sysctl_ip_forward, 0, 1);
 *	SYSCTL_INT("net.ipv4.route.gc_thresh", &gc_thresh, 0, INT_MAX, gc_thresh_changed);
 *
 * The handler, if any, is called with the checked new value before it is stored; it may refuse with
 * -errno. A directory (net.ipv4.conf.eth0.) is registered at run time with an array that its owner
 * embeds.
 */
#ifndef KERNEL_BASE_SYSCTL_H
#define KERNEL_BASE_SYSCTL_H

#include "lib/compiler.h"
#include "lib/list.h"
#include "lib/table.h"
#include "lib/types.h"

struct sysctl;
typedef int (*sysctl_handler_t)(const struct sysctl *s, int value);

struct sysctl {
	const char *name; /* whole name; in a directory: the rest behind the prefix */
	int *value;
	s32 min;
	s32 max;
	sysctl_handler_t handler;
	void *private;
};

struct sysctl_dir {
	char prefix[64]; /* "net.ipv4.conf.eth0." */
	const struct sysctl *entries;
	unsigned int count;
	struct list_head node;
};

TABLE_DECLARE(const struct sysctl, sysctls);

#define SYSCTL_PASTE2_(a, b) a##b
#define SYSCTL_PASTE_(a, b)  SYSCTL_PASTE2_(a, b)
/* SYSCTL_INT(name, pointer, min, max [, handler]) */
#define SYSCTL_INT(name_, ptr_, min_, max_, ...)                                                   \
	static const struct sysctl SYSCTL_PASTE_(sysctl_entry_, __COUNTER__)                       \
		TABLE_ENTRY(sysctls) = { .name = name_,                                            \
					 .value = ptr_,                                            \
					 .min = min_,                                              \
					 .max = max_,                                              \
					 __VA_OPT__(.handler = __VA_ARGS__)                        \
	}

/* Context: thread. The directory stays registered until sysctl_dir_unregister(). */
void sysctl_dir_register(struct sysctl_dir *dir);
void sysctl_dir_unregister(struct sysctl_dir *dir);

/* sysctl_read() - Return: 0, -ENOENT no such name. */
__must_check int sysctl_read(const char *name, int *value);

/* sysctl_write() - Return: 0, -ENOENT, -EINVAL not a number, -ERANGE, or the handler's error. */
__must_check int sysctl_write(const char *name, const char *text);

/*
 * sysctl_for_each() - call @fn with the whole name of every entry, in alphabetical order. Context:
 * thread; @fn must not register directories.
 */
void sysctl_for_each(void (*fn)(const char *name, int value, void *arg), void *arg);

#endif
