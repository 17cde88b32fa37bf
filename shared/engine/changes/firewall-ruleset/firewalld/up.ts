/** Whether firewalld has live rules. */

/** Seconds that are slept at most; what is asked and done besides must fit into the deadlines of `host.ts`. */
export const upWaitSeconds = 20;

/**
 * POSIX sh: `firewalld_up` waits, at most `upWaitSeconds`, while systemd starts or reloads it. Right after a boot it answers, and its rules are
 * live, a moment before systemd calls it active (seen with firewalld 1.3): rules that are taken for not live stay in force.
 */
export const firewalldUp = `firewalld_up() {
  n=0
  while :; do
    case $(systemctl is-active firewalld.service 2>/dev/null </dev/null) in
      active) return 0 ;;
      activating | reloading) [ $n -lt ${upWaitSeconds} ] || return 0 ;;
      *) return 1 ;;
    esac
    n=$((n + 1)); sleep 1
  done
}
`;
