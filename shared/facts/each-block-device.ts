/**
 * Begins a walk through the block devices of a host, after the sections `virt` and `mounts` that say what they are worth: for each
 * `$place` in /sys it leaves `number` (major:minor), `uuid` and `name` (of the device mapper, else empty) and an empty `below`; the
 * probe closes the loop. Kernel documentation: Documentation/ABI/stable/sysfs-block, sysfs-block-dm.
 */
export const eachBlockDevice = String.raw`section virt; echo "$VIRT"
section mounts; plain </proc/self/mountinfo
section devices
for place in /sys/class/block/*; do
  number= uuid= name= below=
  { read -r number <"$place/dev"; } 2>/dev/null || continue
  { read -r uuid <"$place/dm/uuid"; read -r name <"$place/dm/name"; } 2>/dev/null
`;
