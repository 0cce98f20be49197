/* SPDX-License-Identifier: MIT */
/*
 * tests/host/kernel_libc.c - lib/libc.c and its suite on the host. The process keeps its own C
 * library: in this object file the kernel's functions have other names, for themselves and for the
 * suite.
 */
#include "lib/compiler.h"

void *memcpy(void *restrict dst, const void *restrict src, size_t n) __asm__("kernel_memcpy");
void *memmove(void *dst, const void *src, size_t n) __asm__("kernel_memmove");
void *memset(void *dst, int c, size_t n) __asm__("kernel_memset");
int memcmp(const void *a, const void *b, size_t n) __asm__("kernel_memcmp");
void *memchr(const void *s, int c, size_t n) __asm__("kernel_memchr");
size_t strlen(const char *s) __asm__("kernel_strlen");
size_t strnlen(const char *s, size_t max) __asm__("kernel_strnlen");
int strcmp(const char *a, const char *b) __asm__("kernel_strcmp");
int strncmp(const char *a, const char *b, size_t n) __asm__("kernel_strncmp");
char *strchr(const char *s, int c) __asm__("kernel_strchr");
char *strrchr(const char *s, int c) __asm__("kernel_strrchr");
char *strstr(const char *s, const char *what) __asm__("kernel_strstr");

#include "lib/libc.c"
#include "tests/unit/lib/libc_guest.c"
