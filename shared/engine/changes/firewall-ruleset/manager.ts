/**
 * Which tool manages the packet filter of a host: what works now and what starts at boot. Two at once contradict each other
 * sooner or later, so then nothing is decided here.
 */
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { type FirewallManagers, managersScript, parseManagers } from '../../../text/firewall-managers.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import type { BackendName } from './backend.ts';

function refused(message: string, nextStep: string): AppError {
  return appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' });
}

const service: Readonly<Record<BackendName, string>> = {
  nftables: 'nftables.service',
  ufw: 'ufw (ufw enable)',
  firewalld: 'firewalld.service',
  iptables: 'netfilter-persistent.service',
};

/** Why a change for `wanted` does not fit this host; undefined when it does. */
export function misfit(wanted: BackendName, { active, enabled }: FirewallManagers): AppError | undefined {
  const both = [...new Set([...active, ...enabled])];
  if (active.length > 1) {
    return refused(
      `${active.join(' and ')} both manage the firewall of this host.`,
      'Decide for one of them and switch the other off, then assess again.',
    );
  }
  if (both.length > 1) {
    return refused(
      `${active[0] ?? enabled[0]} manages the firewall of this host, but ${both.find((one) => one !== (active[0] ?? enabled[0]))} is loaded at boot as well.`,
      'Decide for one of them and switch the other off, then assess again.',
    );
  }
  const found = both[0];
  if (found === undefined) {
    return wanted === 'nftables'
      ? undefined
      : refused(`${wanted} is not active on this host.`, 'Assess this host again and make a new plan.');
  }
  if (found !== wanted) {
    return refused(
      `${found} manages the firewall of this host.`,
      `Assess this host again and make a new plan for ${found}; mixing two tools is not safe.`,
    );
  }
  if (wanted !== 'nftables' && !active.includes(wanted)) {
    return refused(
      `${wanted} is loaded at boot but not active now.`,
      `Start it, or switch it off, then assess again.`,
    );
  }
  if (wanted !== 'nftables' && !enabled.includes(wanted)) {
    return refused(
      wanted === 'iptables'
        ? 'Nothing loads iptables rules at boot on this host, so that no rule would outlast a restart.'
        : `${wanted} is active but not started at boot.`,
      wanted === 'iptables'
        ? 'Install iptables-persistent and save the rules (netfilter-persistent save), then assess again.'
        : `Enable ${service[wanted]}, then assess again.`,
    );
  }
  return undefined;
}

export async function managersOf(context: ChangeContext): Promise<Result<FirewallManagers>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'firewall-managers',
      script: `${prelude}\n${managersScript}\nexit 0\n`,
      privileged: true,
      deadlineSeconds: 30,
    },
    { doing: 'find out what manages the firewall' },
    context.signal,
  );
  return ran.ok ? succeed(parseManagers(textOf(ran.value))) : fail(ran.error);
}
