/* SPDX-License-Identifier: MIT */
/* tests/unit/drivers/pci_caps.c - the capability list, well-formed and not. */
#include "kernel/base/selftest.h"
#include "lib/string.h"
#include "tests/unit/drivers/fake_pci.h"

static struct fake_pci fake;
static struct pci_dev dev;

SELFTEST_SETUP(pci_caps)
{
	fake_pci_init(&fake);
	fake_pci_add(&fake, FAKE_ROOT, PCI_DEVFN(3, 0), 0x1af4, 0x1041);
	memset(&dev, 0, sizeof(dev));
	dev.host = &fake.host;
	dev.devfn = PCI_DEVFN(3, 0);
	fake_pci_set16(&fake, 0, PCI_STATUS, PCI_STATUS_CAP_LIST);
}

static void cap(u8 pos, u8 id, u8 next)
{
	fake_pci_set8(&fake, 0, pos, id);
	fake_pci_set8(&fake, 0, (u16)(pos + 1), next);
}

static int count_cap(u8 pos, u8 id, void *ctx)
{
	++*(unsigned int *)ctx;
	return 0;
}

static unsigned int count_caps(void)
{
	unsigned int n = 0;

	EXPECT_EQ(pci_for_each_capability(&dev, count_cap, &n), 0);
	return n;
}

SELFTEST(pci_caps, finds_each)
{
	fake_pci_set8(&fake, 0, PCI_CAPABILITY_LIST, 0x98);
	cap(0x98, PCI_CAP_ID_MSIX, 0x84);
	cap(0x84, PCI_CAP_ID_VENDOR, 0x70);
	cap(0x70, PCI_CAP_ID_VENDOR, 0x40);
	cap(0x40, PCI_CAP_ID_PM, 0);
	EXPECT_EQ(pci_find_capability(&dev, PCI_CAP_ID_MSIX), 0x98);
	EXPECT_EQ(pci_find_capability(&dev, PCI_CAP_ID_VENDOR), 0x84);
	EXPECT_EQ(pci_find_next_capability(&dev, 0x84, PCI_CAP_ID_VENDOR), 0x70);
	EXPECT_EQ(pci_find_next_capability(&dev, 0x70, PCI_CAP_ID_VENDOR), 0);
	EXPECT_EQ(pci_find_next_capability(&dev, 0x60, PCI_CAP_ID_PM), 0);
	EXPECT_EQ(pci_find_capability(&dev, PCI_CAP_ID_EXP), 0);
	EXPECT_EQ(count_caps(), 4);
}

SELFTEST(pci_caps, none_without_the_status_bit)
{
	fake_pci_set8(&fake, 0, PCI_CAPABILITY_LIST, 0x40);
	cap(0x40, PCI_CAP_ID_PM, 0);
	fake_pci_set16(&fake, 0, PCI_STATUS, 0);
	EXPECT_EQ(pci_find_capability(&dev, PCI_CAP_ID_PM), 0);
	EXPECT_EQ(count_caps(), 0);
}

SELFTEST(pci_caps, a_loop_ends)
{
	fake_pci_set8(&fake, 0, PCI_CAPABILITY_LIST, 0x40);
	cap(0x40, PCI_CAP_ID_PM, 0x50);
	cap(0x50, PCI_CAP_ID_MSI, 0x40);
	EXPECT_EQ(count_caps(), (PCI_CONFIG_SIZE - PCI_CAP_FIRST) / 4);
	EXPECT_EQ(pci_find_capability(&dev, PCI_CAP_ID_MSIX), 0);
	cap(0x40, PCI_CAP_ID_PM, 0x40);
	EXPECT_EQ(pci_find_capability(&dev, PCI_CAP_ID_MSIX), 0);
}

SELFTEST(pci_caps, a_pointer_into_the_header_ends)
{
	fake_pci_set8(&fake, 0, PCI_CAPABILITY_LIST, 0x40);
	cap(0x40, PCI_CAP_ID_PM, 0x3c);
	fake_pci_set8(&fake, 0, 0x3c, PCI_CAP_ID_MSIX);
	EXPECT_EQ(count_caps(), 1);
	EXPECT_EQ(pci_find_capability(&dev, PCI_CAP_ID_MSIX), 0);
}

SELFTEST(pci_caps, reserved_pointer_bits_are_masked)
{
	fake_pci_set8(&fake, 0, PCI_CAPABILITY_LIST, 0x43);
	cap(0x40, PCI_CAP_ID_PM, 0x52);
	cap(0x50, PCI_CAP_ID_MSIX, 0x01);
	EXPECT_EQ(pci_find_capability(&dev, PCI_CAP_ID_MSIX), 0x50);
	EXPECT_EQ(count_caps(), 2);
}

SELFTEST(pci_caps, a_device_that_went_away)
{
	fake_pci_set8(&fake, 0, PCI_CAPABILITY_LIST, 0x40);
	cap(0x40, 0xff, 0xff);
	EXPECT_EQ(count_caps(), 0);
	dev.devfn = PCI_DEVFN(4, 0);
	EXPECT_EQ(count_caps(), 0);
}
