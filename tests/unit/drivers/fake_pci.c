/* SPDX-License-Identifier: MIT */
/* tests/unit/drivers/fake_pci.c - see fake_pci.h. */
#include "tests/unit/drivers/fake_pci.h"

#include "lib/string.h"

static struct fake_pci *to_fake(struct pci_host *host)
{
	return container_of(host, struct fake_pci, host);
}

/* Is bus @bus the one behind @bridge, and do all bridges on the way pass it on? */
static bool leads_to(struct fake_pci *fake, int bridge, u8 bus)
{
	struct fake_function *b;

	if (bridge == FAKE_ROOT)
		return bus == 0;
	b = &fake->fn[bridge];
	/* Cycles for bus 0 do not pass bridges, whatever their registers say. */
	if (!bus || b->config[PCI_SECONDARY_BUS] != bus)
		return false;
	for (int up = bridge; up != FAKE_ROOT; up = fake->fn[up].bridge) {
		b = &fake->fn[up];
		if (bus < b->config[PCI_SECONDARY_BUS] || bus > b->config[PCI_SUBORDINATE_BUS])
			return false;
	}
	return true;
}

static struct fake_function *find_function(struct fake_pci *fake, u8 bus, u8 devfn)
{
	for (unsigned int i = 0; i < fake->count; i++)
		if (fake->fn[i].devfn == devfn && leads_to(fake, fake->fn[i].bridge, bus))
			return &fake->fn[i];
	return NULL;
}

static u32 fake_read(struct pci_host *host, u8 bus, u8 devfn, u16 reg, unsigned int size)
{
	struct fake_pci *fake = to_fake(host);
	struct fake_function *fn = find_function(fake, bus, devfn);
	u32 val = 0;

	fake->reads++;
	if (!fn || reg + size > PCI_CONFIG_SIZE)
		return size == 4 ? 0xffffffff : (1u << 8 * size) - 1;
	memcpy(&val, fn->config + reg, size);
	return val;
}

/* A BAR keeps the address bits above its size, and its low type bits. */
static void write_bar(struct fake_pci *fake, struct fake_function *fn, unsigned int bar, u32 val)
{
	u32 old, mask;

	memcpy(&old, fn->config + PCI_BASE_ADDRESS_0 + 4 * bar, 4);
	if (bar > 0 && fn->bar64[bar - 1])
		mask = 0xffffffff;
	else
		mask = fn->bar_size[bar] ? ~(fn->bar_size[bar] - 1) : 0;
	if (val == 0xffffffff && (fn->config[PCI_COMMAND] & PCI_COMMAND_MEMORY))
		fake->decoded_while_probed = true;
	val = (val & mask) | (old & ~mask & 0xf);
	memcpy(fn->config + PCI_BASE_ADDRESS_0 + 4 * bar, &val, 4);
}

static void fake_write(struct pci_host *host, u8 bus, u8 devfn, u16 reg, unsigned int size, u32 val)
{
	struct fake_pci *fake = to_fake(host);
	struct fake_function *fn = find_function(fake, bus, devfn);
	unsigned int bars = fn && fn->config[PCI_HEADER_TYPE] & 1 ? 2 : PCI_NR_BARS;

	if (!fn || reg + size > PCI_CONFIG_SIZE)
		return;
	if (size == 4 && reg >= PCI_BASE_ADDRESS_0 && reg < PCI_BASE_ADDRESS_0 + 4 * bars)
		write_bar(fake, fn, (reg - PCI_BASE_ADDRESS_0) / 4u, val);
	else
		memcpy(fn->config + reg, &val, size);
}

void fake_pci_init(struct fake_pci *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->host.name = "fake";
	fake->host.read = fake_read;
	fake->host.write = fake_write;
	fake->host.last_bus = 255;
	fake->host.mem = (struct pci_range){ 0xc0000000, 0xfec00000 };
	INIT_LIST_HEAD(&fake->host.devices);
}

int fake_pci_add(struct fake_pci *fake, int bridge, u8 devfn, u16 vendor, u16 device)
{
	int i = (int)fake->count++;

	fake->fn[i].bridge = bridge;
	fake->fn[i].devfn = devfn;
	fake_pci_set16(fake, i, PCI_VENDOR_ID, vendor);
	fake_pci_set16(fake, i, PCI_DEVICE_ID, device);
	return i;
}

int fake_pci_add_bridge(struct fake_pci *fake, int bridge, u8 devfn, u8 primary, u8 secondary,
			u8 subordinate)
{
	int i = fake_pci_add(fake, bridge, devfn, 0x1b36, 0x0001);

	fake_pci_set8(fake, i, PCI_HEADER_TYPE, PCI_HEADER_BRIDGE);
	fake_pci_set32(fake, i, PCI_REVISION_ID, PCI_CLASS_BRIDGE_PCI << 16);
	fake_pci_set8(fake, i, PCI_PRIMARY_BUS, primary);
	fake_pci_set8(fake, i, PCI_SECONDARY_BUS, secondary);
	fake_pci_set8(fake, i, PCI_SUBORDINATE_BUS, subordinate);
	return i;
}

void fake_pci_bar(struct fake_pci *fake, int fn, unsigned int bar, u32 size, bool wide, u64 base)
{
	struct fake_function *f = &fake->fn[fn];

	f->bar_size[bar] = size;
	f->bar64[bar] = wide;
	fake_pci_set32(fake, fn, (u16)(PCI_BASE_ADDRESS_0 + 4 * bar),
		       (u32)base | (wide ? PCI_BAR_MEM_64 : 0));
	if (wide)
		fake_pci_set32(fake, fn, (u16)(PCI_BASE_ADDRESS_0 + 4 * bar + 4),
			       (u32)(base >> 32));
}

void fake_pci_set8(struct fake_pci *fake, int fn, u16 reg, u8 val)
{
	fake->fn[fn].config[reg] = val;
}

void fake_pci_set16(struct fake_pci *fake, int fn, u16 reg, u16 val)
{
	memcpy(&fake->fn[fn].config[reg], &val, sizeof(val));
}

void fake_pci_set32(struct fake_pci *fake, int fn, u16 reg, u32 val)
{
	memcpy(&fake->fn[fn].config[reg], &val, sizeof(val));
}

u32 fake_pci_get32(struct fake_pci *fake, int fn, u16 reg)
{
	u32 val;

	memcpy(&val, &fake->fn[fn].config[reg], sizeof(val));
	return val;
}

struct pci_dev *fake_pci_find(struct fake_pci *fake, u8 bus, u8 devfn)
{
	struct pci_dev *dev;

	pci_for_each_dev(dev, &fake->host)
		if (dev->bus == bus && dev->devfn == devfn)
			return dev;
	return NULL;
}
