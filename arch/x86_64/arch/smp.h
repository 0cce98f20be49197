/* SPDX-License-Identifier: MIT */
/* <arch/smp.h> - which CPUs there are. */
#ifndef ARCH_SMP_H
#define ARCH_SMP_H

#include "lib/types.h"
#include "lib/compiler.h"
#include <arch/percpu.h>

extern unsigned int nr_cpus_online;	/* CPUs that run, numbered from 0 without gaps */

static __always_inline unsigned int num_online_cpus(void)
{
	return READ_ONCE(nr_cpus_online);
}

static __always_inline unsigned int num_possible_cpus(void)
{
	return READ_ONCE(nr_cpus_online);
}

static __always_inline bool cpu_online(unsigned int cpu)
{
	return cpu < num_online_cpus();
}

#define for_each_online_cpu(cpu)   for ((cpu) = 0; (cpu) < num_online_cpus(); (cpu)++)
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < num_possible_cpus(); (cpu)++)

#endif
