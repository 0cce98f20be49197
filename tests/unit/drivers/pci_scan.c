/* SPDX-License-Identifier: MIT */
/* tests/unit/drivers/pci_scan.c - enumeration, bus numbers and placing on trees made of memory. */
#include "kernel/base/selftest.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "tests/unit/drivers/fake_pci.h"

static struct fake_pci fake;

SELFTEST_SETUP(pci_scan)
{
	fake_pci_init(&fake);
	fake_pci_add(&fake, FAKE_ROOT, 0, 0x8086, 0x1237);
}

SELFTEST_TEARDOWN(pci_scan)
{
	pci_free_devices(&fake.host);
}

static bool overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b + b_size && b < a + a_size;
}

/*
 * Every memory BAR placed, aligned, inside the windows above it, and apart from every other on its
 * bus; windows too.
 */
static void check_placement(void)
{
	struct pci_dev *dev, *other;

	pci_for_each_dev(dev, &fake.host) {
		for (unsigned int i = 0; i < PCI_NR_BARS; i++) {
			const struct pci_bar *bar = &dev->bars[i];

			if (!bar->size || bar->flags & PCI_BAR_IO)
				continue;
			EXPECT_NE(bar->base, 0);
			EXPECT_EQ(bar->base & (bar->size - 1), 0);
			for (struct pci_dev *up = dev->bridge; up; up = up->bridge) {
				EXPECT_GE(bar->base, up->window.start);
				EXPECT_LE(bar->base + bar->size, up->window.end);
			}
			pci_for_each_dev(
				other,
				&fake.host) for (unsigned int j = 0; j < PCI_NR_BARS;
						 j++) if ((other != dev || i != j) &&
							  other->bars[j].size &&
							  !(other->bars[j].flags & PCI_BAR_IO))
				EXPECT_FALSE(overlap(bar->base, bar->size, other->bars[j].base,
						     other->bars[j].size));
		}
		pci_for_each_dev(other, &fake.host) if (other != dev &&
							other->bridge == dev->bridge &&
							dev->window.end > dev->window.start &&
							other->window.end > other->window.start)
			EXPECT_FALSE(overlap(dev->window.start, dev->window.end - dev->window.start,
					     other->window.start,
					     other->window.end - other->window.start));
	}
}

SELFTEST(pci_scan, reads_what_is_there)
{
	int nic = fake_pci_add(&fake, FAKE_ROOT, PCI_DEVFN(3, 0), 0x1af4, 0x1041);
	struct pci_dev *dev;

	fake_pci_set32(&fake, nic, PCI_REVISION_ID, 0x02000001);
	fake_pci_set16(&fake, nic, PCI_SUBSYSTEM_VENDOR_ID, 0x1af4);
	fake_pci_set16(&fake, nic, PCI_SUBSYSTEM_ID, 0x1100);
	fake_pci_set8(&fake, nic, PCI_INTERRUPT_LINE, 11);
	fake_pci_set8(&fake, nic, PCI_INTERRUPT_PIN, 1);
	fake_pci_set16(&fake, nic, PCI_COMMAND, PCI_COMMAND_MEMORY);
	fake_pci_bar(&fake, nic, 1, 0x1000, false, 0xfebc0000);
	fake_pci_bar(&fake, nic, 4, 0x4000, true, 0x8000000000ull);
	ASSERT_EQ(pci_scan_host(&fake.host), 2);
	dev = fake_pci_find(&fake, 0, PCI_DEVFN(3, 0));
	ASSERT_NOT_NULL(dev);
	EXPECT_STREQ(dev->name, "00:03.0");
	EXPECT_EQ(dev->vendor, 0x1af4);
	EXPECT_EQ(dev->class_code, 0x020000);
	EXPECT_EQ(dev->revision, 1);
	EXPECT_EQ(dev->subdevice, 0x1100);
	EXPECT_EQ(dev->irq_line, 11);
	EXPECT_EQ(dev->irq_pin, 1);
	EXPECT_EQ(dev->bars[1].base, 0xfebc0000);
	EXPECT_EQ(dev->bars[1].size, 0x1000);
	EXPECT_EQ(dev->bars[4].base, 0x8000000000ull);
	EXPECT_EQ(dev->bars[4].size, 0x4000);
	EXPECT_EQ(dev->bars[5].size, 0);
	/* Probing left everything as it was, and the device was deaf meanwhile. */
	EXPECT_EQ(fake_pci_get32(&fake, nic, PCI_BASE_ADDRESS_0 + 4), 0xfebc0000);
	EXPECT_EQ(fake_pci_get32(&fake, nic, PCI_BASE_ADDRESS_0 + 20), 0x80);
	EXPECT_EQ(fake_pci_get32(&fake, nic, PCI_COMMAND) & 0xffff, PCI_COMMAND_MEMORY);
	EXPECT_FALSE(fake.decoded_while_probed);
}

SELFTEST(pci_scan, functions_only_where_multi)
{
	int multi = fake_pci_add(&fake, FAKE_ROOT, PCI_DEVFN(1, 0), 0x8086, 0x7000);

	fake_pci_set8(&fake, multi, PCI_HEADER_TYPE, PCI_HEADER_MULTI);
	fake_pci_add(&fake, FAKE_ROOT, PCI_DEVFN(1, 3), 0x8086, 0x7113);
	fake_pci_add(&fake, FAKE_ROOT, PCI_DEVFN(2, 0), 0x1af4, 0x1000);
	fake_pci_add(&fake, FAKE_ROOT, PCI_DEVFN(2, 1), 0x1af4, 0x1000);	/* not asked for */
	fake_pci_add(&fake, FAKE_ROOT, PCI_DEVFN(5, 1), 0x1af4, 0x1000);	/* no function 0 */
	EXPECT_EQ(pci_scan_host(&fake.host), 4);
	EXPECT_NOT_NULL(fake_pci_find(&fake, 0, PCI_DEVFN(1, 3)));
	EXPECT_NULL(fake_pci_find(&fake, 0, PCI_DEVFN(2, 1)));
	EXPECT_NULL(fake_pci_find(&fake, 0, PCI_DEVFN(5, 1)));
}

/* Good numbers stay, also such as we would not have given. */
SELFTEST(pci_scan, keeps_the_firmwares_bus_numbers)
{
	int a = fake_pci_add_bridge(&fake, FAKE_ROOT, PCI_DEVFN(2, 0), 0, 4, 9);
	int b = fake_pci_add_bridge(&fake, a, PCI_DEVFN(0, 0), 4, 7, 7);

	fake_pci_add(&fake, b, PCI_DEVFN(1, 0), 0x1af4, 0x1041);
	fake_pci_add_bridge(&fake, FAKE_ROOT, PCI_DEVFN(3, 0), 0, 10, 10);
	EXPECT_EQ(pci_scan_host(&fake.host), 5);
	EXPECT_NOT_NULL(fake_pci_find(&fake, 7, PCI_DEVFN(1, 0)));
	EXPECT_EQ(fake_pci_find(&fake, 0, PCI_DEVFN(2, 0))->subordinate, 9);
}

/*
 * In order of address, not of discovery: devices behind the first bridge come after all of bus 0.
 */
SELFTEST(pci_scan, list_is_in_order_of_address)
{
	int a = fake_pci_add_bridge(&fake, FAKE_ROOT, PCI_DEVFN(2, 0), 0, 1, 1);
	struct pci_dev *dev;
	int last = -1;

	fake_pci_add(&fake, a, PCI_DEVFN(1, 0), 0x1af4, 0x1041);
	fake_pci_add(&fake, FAKE_ROOT, PCI_DEVFN(3, 0), 0x1af4, 0x1041);
	ASSERT_EQ(pci_scan_host(&fake.host), 4);
	pci_for_each_dev(dev, &fake.host) {
		EXPECT_GT(dev->bus << 8 | dev->devfn, last);
		last = dev->bus << 8 | dev->devfn;
	}
}

/*
 * What nothing ran before: numbers 0, no windows, no BARs. Also the one bridge that a firmware gave
 * up on.
 */
SELFTEST(pci_scan, numbers_and_places_from_nothing)
{
	for (unsigned int given_up = 0; given_up < 2; given_up++) {
		int a, b, c, nic;

		fake_pci_init(&fake);
		fake_pci_add(&fake, FAKE_ROOT, 0, 0x8086, 0x1237);
		a = fake_pci_add_bridge(&fake, FAKE_ROOT, PCI_DEVFN(2, 0), 0, given_up ? 1 : 0,
					given_up ? 1 : 0);
		b = fake_pci_add_bridge(&fake, a, PCI_DEVFN(3, 0), 0, 0, 0);
		c = fake_pci_add_bridge(&fake, FAKE_ROOT, PCI_DEVFN(4, 0), 0, 0, 0);
		nic = fake_pci_add(&fake, b, PCI_DEVFN(5, 0), 0x1af4, 0x1041);
		fake_pci_bar(&fake, nic, 1, 0x1000, false, 0);
		fake_pci_bar(&fake, nic, 4, 0x4000, true, 0);
		nic = fake_pci_add(&fake, b, PCI_DEVFN(6, 0), 0x1af4, 0x1041);
		fake_pci_bar(&fake, nic, 0, 0x400000, false, 0);
		nic = fake_pci_add(&fake, c, PCI_DEVFN(0, 0), 0x1af4, 0x1041);
		fake_pci_bar(&fake, nic, 4, 0x4000, true, 0);
		nic = fake_pci_add(&fake, FAKE_ROOT, PCI_DEVFN(7, 0), 0x1af4, 0x1041);
		fake_pci_bar(&fake, nic, 2, 0x8000, false, 0);
		ASSERT_EQ(pci_scan_host(&fake.host), 8);
		EXPECT_NOT_NULL(fake_pci_find(&fake, 1, PCI_DEVFN(3, 0)));
		EXPECT_NOT_NULL(fake_pci_find(&fake, 2, PCI_DEVFN(5, 0)));
		EXPECT_NOT_NULL(fake_pci_find(&fake, 3, PCI_DEVFN(0, 0)));
		EXPECT_EQ(fake_pci_find(&fake, 0, PCI_DEVFN(2, 0))->subordinate, 2);
		check_placement();
		/* The registers say the same as our notes. */
		EXPECT_EQ(fake_pci_get32(&fake, nic, PCI_BASE_ADDRESS_0 + 8),
			  fake_pci_find(&fake, 0, PCI_DEVFN(7, 0))->bars[2].base);
		EXPECT_EQ((fake_pci_get32(&fake, a, PCI_MEMORY_BASE) & 0xfff0) << 16,
			  fake_pci_find(&fake, 0, PCI_DEVFN(2, 0))->window.start);
		if (!given_up)
			pci_free_devices(&fake.host);
	}
}

SELFTEST(pci_scan, a_number_used_twice_is_mended)
{
	int a = fake_pci_add_bridge(&fake, FAKE_ROOT, PCI_DEVFN(2, 0), 0, 1, 1);
	int b = fake_pci_add_bridge(&fake, FAKE_ROOT, PCI_DEVFN(3, 0), 0, 1, 1);

	fake_pci_add(&fake, a, PCI_DEVFN(1, 0), 0x1af4, 0x1041);
	fake_pci_add(&fake, b, PCI_DEVFN(2, 0), 0x1af4, 0x1041);
	EXPECT_EQ(pci_scan_host(&fake.host), 5);
	EXPECT_NOT_NULL(fake_pci_find(&fake, 1, PCI_DEVFN(1, 0)));
	EXPECT_NOT_NULL(fake_pci_find(&fake, 2, PCI_DEVFN(2, 0)));
}

/* A bridge behind a bridge that passes on less than it needs. */
SELFTEST(pci_scan, a_range_beyond_the_bridge_above_is_mended)
{
	int a = fake_pci_add_bridge(&fake, FAKE_ROOT, PCI_DEVFN(2, 0), 0, 1, 2);
	int b = fake_pci_add_bridge(&fake, a, PCI_DEVFN(1, 0), 1, 2, 3);
	int c = fake_pci_add_bridge(&fake, b, PCI_DEVFN(1, 0), 2, 3, 3);

	fake_pci_add(&fake, c, PCI_DEVFN(9, 0), 0x1af4, 0x1041);
	EXPECT_EQ(pci_scan_host(&fake.host), 5);
	EXPECT_NOT_NULL(fake_pci_find(&fake, 3, PCI_DEVFN(9, 0)));
}

/* More bridges than the access method has buses: what is behind the last is left out. */
SELFTEST(pci_scan, bus_numbers_run_out)
{
	fake.host.last_bus = 2;
	for (unsigned int i = 0; i < 4; i++) {
		int b = fake_pci_add_bridge(&fake, FAKE_ROOT, PCI_DEVFN(2 + i, 0), 0, 0, 0);

		fake_pci_add(&fake, b, 0, 0x1af4, 0x1041);
	}
	EXPECT_EQ(pci_scan_host(&fake.host), 5 + 2);
}

/* One BAR missing among placed ones: it goes where nothing is. */
SELFTEST(pci_scan, places_around_the_firmwares)
{
	int a = fake_pci_add_bridge(&fake, FAKE_ROOT, PCI_DEVFN(2, 0), 0, 1, 1);
	int nic;
	struct pci_dev *dev;

	/* the bridge passes on fe800000-fe9fffff; half of it is taken */
	fake_pci_set32(&fake, a, PCI_MEMORY_BASE, 0xfe90fe80);
	nic = fake_pci_add(&fake, a, PCI_DEVFN(1, 0), 0x1af4, 0x1041);
	fake_pci_bar(&fake, nic, 0, 0x100000, false, 0xfe800000);
	fake_pci_bar(&fake, nic, 4, 0x4000, true, 0);
	nic = fake_pci_add(&fake, FAKE_ROOT, PCI_DEVFN(3, 0), 0x1af4, 0x1041);
	fake_pci_bar(&fake, nic, 0, 0x10000000, false, 0xc0000000);
	fake_pci_bar(&fake, nic, 1, 0x1000, false, 0);
	fake.host.reserved[fake.host.nr_reserved++] = (struct pci_range){ 0xd0000000, 0xd0000800 };
	ASSERT_EQ(pci_scan_host(&fake.host), 4);
	check_placement();
	dev = fake_pci_find(&fake, 1, PCI_DEVFN(1, 0));
	EXPECT_EQ(dev->bars[4].base, 0xfe900000);
	dev = fake_pci_find(&fake, 0, PCI_DEVFN(3, 0));
	EXPECT_EQ(dev->bars[1].base, 0xd0001000);
}

SELFTEST(pci_scan, no_room_is_no_place)
{
	int nic = fake_pci_add(&fake, FAKE_ROOT, PCI_DEVFN(3, 0), 0x1af4, 0x1041);

	fake.host.mem = (struct pci_range){ 0xc0000000, 0xc0001000 };
	fake_pci_bar(&fake, nic, 0, 0x1000, false, 0);
	fake_pci_bar(&fake, nic, 1, 0x2000, false, 0);
	fake_pci_bar(&fake, nic, 2, 0x1000, false, 0);
	ASSERT_EQ(pci_scan_host(&fake.host), 2);
	EXPECT_EQ(fake_pci_find(&fake, 0, PCI_DEVFN(3, 0))->bars[0].base, 0xc0000000);
	EXPECT_EQ(fake_pci_find(&fake, 0, PCI_DEVFN(3, 0))->bars[1].base, 0);
	EXPECT_EQ(fake_pci_find(&fake, 0, PCI_DEVFN(3, 0))->bars[2].base, 0);
}

/* Random trees from nothing: all found, numbers nested, everything placed apart. */
SELFTEST(pci_scan, random_trees)
{
	struct prng prng;

	prng_seed(&prng, 7);
	for (unsigned int round = 0; round < 100; round++) {
		unsigned int n = 2 + prng_below(&prng, FAKE_PCI_MAX - 3);
		int bridges[FAKE_PCI_MAX] = { FAKE_ROOT };
		unsigned int nr_bridges = 1, used[FAKE_PCI_MAX] = { 1 };
		struct pci_dev *dev;

		fake_pci_init(&fake);
		fake_pci_add(&fake, FAKE_ROOT, 0, 0x8086, 0x1237);
		for (unsigned int i = 1; i < n; i++) {
			unsigned int up = prng_below(&prng, nr_bridges);
			u8 devfn;
			int fn;

			if (used[up] == 32)
				up = 0;
			if (used[up] == 32)
				break;
			devfn = PCI_DEVFN(used[up]++, 0);
			if (prng_below(&prng, 3) == 0) {
				bridges[nr_bridges++] =
					fake_pci_add_bridge(&fake, bridges[up], devfn, 0, 0, 0);
				continue;
			}
			fn = fake_pci_add(&fake, bridges[up], devfn, 0x1af4, 0x1041);
			for (unsigned int bar = 0; bar < 5; bar += 2)
				if (prng_below(&prng, 2))
					fake_pci_bar(&fake, fn, bar, 16u << prng_below(&prng, 18),
						     prng_below(&prng, 2), 0);
		}
		ASSERT_EQ(pci_scan_host(&fake.host), fake.count);
		check_placement();
		pci_for_each_dev(dev, &fake.host) {
			if (dev->header_type != PCI_HEADER_BRIDGE)
				continue;
			EXPECT_GT(dev->secondary, dev->bus);
			EXPECT_GE(dev->subordinate, dev->secondary);
			if (dev->bridge)
				EXPECT_LE(dev->subordinate, dev->bridge->subordinate);
		}
		if (round < 99)
			pci_free_devices(&fake.host);
	}
}
