/** What another program on the host makes of the files: openssl, where it is installed. */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import type { Resolved } from './issued.ts';

// Standard input may be a socket, which cannot be opened by name: the authorities go through a file of their own.
// A store that this openssl cannot open says nothing: old ones do not know its encryption.
const checkScript = `${prelude}
command -v openssl >/dev/null 2>&1 || { echo absent; exit 0; }
if [ "$1" = pem ]; then
  key=$(openssl pkey -in "$2" -pubout 2>/dev/null)
  [ -n "$key" ] && [ "$key" = "$(openssl x509 -in "$3" -noout -pubkey 2>/dev/null)" ] || { echo pair; exit 0; }
  base=/run; [ -d $base ] && [ -w $base ] || base=/var/tmp
  ca=$(mktemp $base/bulwark-check.XXXXXX) || exit 1
  trap 'rm -f -- "$ca"' EXIT
  cat > "$ca" || exit 1
  openssl verify -partial_chain -CAfile "$ca" -untrusted "$3" "$3" >/dev/null 2>&1 || { echo chain; exit 0; }
  openssl x509 -in "$3" -noout -fingerprint -sha256 || echo unable
else
  openssl pkcs12 -in "$2" -passin stdin -nokeys -clcerts 2>/dev/null |
    openssl x509 -noout -fingerprint -sha256 2>/dev/null || echo unable
fi
`;

/** Errors: VERIFY_FAILED, and those of the connection. Succeeds where there is no openssl. */
export async function checkOnHost(
  change: Resolved,
  fingerprint: string,
  context: ChangeContext,
): Promise<Result<void>> {
  const { files } = change;
  let stdin = new Secret(change.caPem);
  if (files.form === 'pkcs12') {
    const password = await context.secrets.get(files.password.ref);
    if (!password.ok) return password;
    stdin = new Secret(`${password.value.reveal()}\n`);
  }
  const ran = await runChecked(
    context.host,
    {
      name: 'check-certificate',
      script: checkScript,
      args:
        files.form === 'pem' ? ['pem', files.key.path, files.certificate.path] : ['pkcs12', files.store.path],
      stdin,
      privileged: true,
      deadlineSeconds: 30,
    },
    { doing: 'check the certificate on the host', hostState: 'changed' },
  );
  if (!ran.ok) return ran;
  const said = textOf(ran.value).trim();
  if (said === 'absent' || said === 'unable') return succeed(undefined);
  const seen = /^sha256 fingerprint=([0-9a-f:]+)$/i.exec(said)?.[1]?.replaceAll(':', '').toLowerCase();
  if (seen === fingerprint) return succeed(undefined);
  const why: Readonly<Record<string, string>> = {
    pair: 'the key does not belong to the certificate',
    chain: 'the certificate does not come from the authority, or its time is not now',
  };
  return fail(
    appError(
      'VERIFY_FAILED',
      `openssl on the host does not accept the files: ${why[said] ?? 'they hold another certificate'}.`,
      'Find out what else writes these files.',
      { hostState: 'changed' },
    ),
  );
}
