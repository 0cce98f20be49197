/* SPDX-License-Identifier: MIT */
/*
 * drivers/virtio/cmd_virtio.c - virtio: the virtio devices, their features and their queues.
 *
 * 	00:02.0 virtio_net features 0x130010020 status 0x0f
 * 	  rx: size 256 in flight 256 kicks 3 stalls 0 bad ids 0 bad lengths 0
 *
 * in flight: buffers that the device has. kicks: notifications sent to it. stalls: times a watchdog
 * found the queue standing still. bad: what the device returned and could not be right
 * (drivers/virtio/virtio_ring.c).
 */
#include "drivers/virtio/virtio.h"
#include "kernel/base/command.h"

static void show_queue(struct out *out, const struct virtqueue *vq)
{
	out_printf(out,
		   "  %s: size %u in flight %u kicks %llu stalls %llu bad ids %llu bad lengths "
		   "%llu%s\n",
		   vq->name, vq->size, vq->in_flight, (unsigned long long)vq->kicks,
		   (unsigned long long)vq->stalls, (unsigned long long)vq->bad_ids,
		   (unsigned long long)vq->bad_lens, vq->broken ? " broken" : "");
}

static void show_device(struct virtio_device *vdev, void *ctx)
{
	struct out *out = ctx;

	out_printf(out, "%s %s features %#llx status %#04x\n", vdev->name, vdev->driver->name,
		   (unsigned long long)vdev->features, vdev->transport->get_status(vdev));
	for (unsigned int i = 0; i < vdev->nr_vqs; i++)
		show_queue(out, &vdev->vqs[i]);
}

static int cmd_virtio(struct command_ctx *ctx, int argc, char **argv)
{
	if (argc != 1)
		return command_usage(ctx);
	virtio_for_each_device(show_device, ctx->out);
	return 0;
}
SHELL_COMMAND(virtio, "virtio", cmd_virtio);
