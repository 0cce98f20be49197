/* SPDX-License-Identifier: MIT */
/* drivers/pci/pci_internal.h - between the files of drivers/pci. */
#ifndef DRIVERS_PCI_PCI_INTERNAL_H
#define DRIVERS_PCI_PCI_INTERNAL_H

#include "drivers/pci/pci.h"

/* place.c: read BARs and windows of @dev; give addresses to what has none. */
void pci_size_bars(struct pci_dev *dev);
void pci_read_windows(struct pci_dev *dev);
unsigned int pci_place_host(struct pci_host *host);

/* config.c: the machine's access to configuration space; false when there is no PCI. */
bool pci_config_init(struct pci_host *host);

/* names.c: words for lspci; vendor and device may be NULL. */
const char *pci_class_name(u32 class_code);
const char *pci_vendor_name(u16 vendor);
const char *pci_device_name(u16 vendor, u16 device);

#endif
