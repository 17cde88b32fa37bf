/** `user@address[:port]`, IPv6 addresses in square brackets. */
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';

export interface Address {
  readonly user: string;
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** INPUT_INVALID when something is missing: a login is never guessed. */
export function parseAddress(text: string): Result<Address> {
  const match =
    /^([^@\s]{1,64})@(?:\[([0-9a-fA-F:.]+(?:%[A-Za-z0-9]+)?)\]|([^\s:[\]@]{1,253}))(?::(\d{1,5}))?$/.exec(
      text,
    );
  const port = match?.[4] === undefined ? 22 : Number(match[4]);
  const address = match?.[2] ?? match?.[3];
  if (match?.[1] === undefined || address === undefined || port < 1 || port > 65535)
    return fail(
      appError(
        'INPUT_INVALID',
        `${JSON.stringify(text)} is not a host.`,
        'Write user@address or user@address:port; an IPv6 address goes in square brackets.',
      ),
    );
  return succeed({ user: match[1], address, port });
}
