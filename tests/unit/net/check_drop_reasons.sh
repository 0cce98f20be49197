#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check_drop_reasons.sh - each reason of net/drop_reason.h must be given by the product and named by a test.
# Run from the root of the tree. Prints one line for each that is not; the status is 1 when there is one.
set -eu
status=0
for reason in $(sed -n 's/^	X(\([A-Z0-9_]*\),.*/\1/p' net/drop_reason.h); do
	name=$(sed -n "s/^	X($reason,[	 ]*\\([A-Za-z0-9]*\\)).*/\\1/p" net/drop_reason.h)
	if ! grep -rqw "DROP_$reason" --include='*.c' net drivers; then
		echo "Drop$name: nothing in net/ or drivers/ drops for it"
		status=1
	fi
	if ! grep -rqw -e "DROP_$reason" -e "Drop$name" -e "OwnDrop$name" --include='*.c' --include='*.py' tests; then
		echo "Drop$name: no test produces it"
		status=1
	fi
done
exit $status
