/** Swap of a host, and how much of the node's memory can reach it. */
export interface SwapFact {
  /** Kind of container, in which the kernel shows the swap of the machine around it; empty on a machine of its own. */
  readonly container: string;
  /** As the kernel lists them. */
  readonly active: readonly {
    readonly path: string;
    /** What its pages are written to: a disk in the clear, a disk through dm-crypt, memory (zram), or not in sight. */
    readonly writes: 'clear' | 'encrypted' | 'memory' | 'unknown';
  }[];
  /** What turns swap on at the next boot: lines of fstab and units of systemd. */
  readonly boot: readonly string[];
  /** Those of `boot` that are not on now, or whose names lead to nothing that is on: what they write to was not seen. */
  readonly idle: readonly string[];
  /** Programs and files that make swap by themselves at boot. */
  readonly makers: readonly string[];
  /** Of the node. `no-process`: it does not run. */
  readonly locked: { readonly kib: number } | 'no-process' | 'unreadable';
  /** `vm.swappiness`, 0 to 200 (proc_sys_vm(5)). */
  readonly swappiness: number | undefined;
}
