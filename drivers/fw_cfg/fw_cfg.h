/* SPDX-License-Identifier: MIT */
/* drivers/fw_cfg/fw_cfg.h - files that QEMU hands to its guest (-fw_cfg name=...,file=...). */
#ifndef DRIVERS_FW_CFG_FW_CFG_H
#define DRIVERS_FW_CFG_FW_CFG_H

#include "lib/types.h"

struct fw_cfg_file {
	u16 select;
	u32 size;   /* bytes */
	u32 offset; /* next byte that fw_cfg_read() delivers */
};

/* fw_cfg_find() - Return: 0, -ENODEV no fw_cfg, -ENOENT no such file. */
int fw_cfg_find(const char *name, struct fw_cfg_file *file);

/*
 * fw_cfg_read() - the next up to @n bytes of @file into @buf (direct map). Return: bytes read, 0 at
 * the end, -EIO.
 */
ssize_t fw_cfg_read(struct fw_cfg_file *file, void *buf, size_t n);

#endif
