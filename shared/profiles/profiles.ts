/** A profile is data: which controls count, by id. A control never names a profile. */
import type { Severity } from '../domain/severity.ts';

export const profileIds = ['baseline', 'production', 'strict', 'fips'] as const;
export type ProfileId = (typeof profileIds)[number];

export interface Profile {
  readonly id: ProfileId;
  readonly title: string;
  readonly about: string;
  /** Controls of these severities belong to it … */
  readonly severities: readonly Severity[];
  /** … and these whatever their severity … */
  readonly also: readonly string[];
  /** … but not these. */
  readonly except: readonly string[];
}

/** Controls that only the strict profiles ask for. */
const strictOnly = ['http-client-certificate', 'keystore-password', 'node-own-key'] as const;
const all = ['critical', 'high', 'medium', 'low', 'informational'] as const;

export const profiles: readonly Profile[] = [
  {
    id: 'baseline',
    title: 'Baseline',
    about: 'Every critical and high condition, with forgiving limits.',
    severities: ['critical', 'high'],
    also: [],
    except: ['fips-mode', 'fips-stores'],
  },
  {
    id: 'production',
    title: 'Production',
    about: 'Everything that a production cluster should meet.',
    severities: all,
    also: [],
    except: ['fips-mode', 'fips-stores', ...strictOnly],
  },
  {
    id: 'strict',
    title: 'Strict',
    about: 'Everything, with the tightest limits, mutual TLS and protected keystores.',
    severities: all,
    also: [],
    except: ['fips-mode', 'fips-stores'],
  },
  { id: 'fips', title: 'FIPS', about: 'Strict, and FIPS mode.', severities: all, also: [], except: [] },
];

export function belongsTo(
  profile: Profile,
  control: { readonly id: string; readonly severity: Severity },
): boolean {
  if (profile.except.includes(control.id)) return false;
  return profile.also.includes(control.id) || profile.severities.includes(control.severity);
}
