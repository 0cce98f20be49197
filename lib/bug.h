/* SPDX-License-Identifier: MIT */
/*
 * lib/bug.h - broken invariants of our own.
 *
 * BUG_ON is always on and ends in a panic that names file and line. WARN_ON logs file, line and
 * backtrace and goes on; its value is the condition. Neither is for what a remote host can cause,
 * nor for memory exhaustion: those are counted.
 */
#ifndef LIB_BUG_H
#define LIB_BUG_H

#include <arch/bug.h>
#include "lib/compiler.h"

#define BUG() arch_bug()

#define BUG_ON(condition)                                                                          \
	do {                                                                                       \
		if (unlikely(condition))                                                           \
			BUG();                                                                     \
	} while (0)

#define WARN_ON(condition)                                                                         \
	({                                                                                         \
		bool warn_on_ = !!(condition);                                                     \
		if (unlikely(warn_on_))                                                            \
			arch_warn();                                                               \
		unlikely(warn_on_);                                                                \
	})

/* The first time only; a race may report it twice. */
#define WARN_ON_ONCE(condition)                                                                    \
	({                                                                                         \
		static bool warned_;                                                               \
		bool warn_once_ = !!(condition);                                                   \
		if (unlikely(warn_once_) && !warned_) {                                            \
			warned_ = true;                                                            \
			arch_warn();                                                               \
		}                                                                                  \
		unlikely(warn_once_);                                                              \
	})

#define BUILD_BUG_ON(condition) static_assert(!(condition), "BUILD_BUG_ON: " #condition)

#endif
