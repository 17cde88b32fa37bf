/** The token with which a node is enrolled: made by the login of the issuing node, or brought by the operator. */
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { askNode, at, isLost } from '../../elasticsearch/node.ts';
import { askCluster, type Issuer, names, observe, plainFingerprint, refused, servedBy } from './cluster.ts';
import { decodeToken, encodeToken, type HttpAddress, keyOf, showAddress } from './token.ts';

/** As Elasticsearch's own tool names them, so that whoever lists the keys knows what they are. */
const keyName = (tag: string) => `enrollment_token_API_key_bulwark-${tag}`;

/**
 * A token for this one use, with the rights that Elasticsearch's own tool gives it and no superuser made for a moment, which is
 * how that tool works (seen on 8.19.21: ended early, it leaves the user behind).
 */
export async function makeToken(
  context: ChangeContext,
  issuer: Issuer,
  place: HttpAddress,
): Promise<Result<Secret>> {
  const made = await askCluster(context, issuer, '/_security/api_key', {
    method: 'POST',
    body: {
      name: keyName(context.tag),
      expiration: '30m',
      role_descriptors: {
        create_enrollment_token: { cluster: ['cluster:admin/xpack/security/enroll/node'] },
      },
    },
  });
  if (!made.ok) {
    return made;
  }
  const [id, key] = [at(made.value, 'id'), at(made.value, 'api_key')];
  return typeof id === 'string' && typeof key === 'string'
    ? succeed(
        encodeToken({
          addresses: [place],
          fingerprint: issuer.fingerprint,
          key: new Secret(`${id}:${key}`),
        }),
      )
    : refused('The cluster made no key for the token.', 'Look at the node and try again.');
}

/** The keys of this step are worth nothing afterwards, used or not. Without an answer they end by themselves after 30 minutes. */
export async function endToken(context: ChangeContext, issuer: Issuer): Promise<Result<void>> {
  const ended = await askCluster(context, issuer, '/_security/api_key', {
    method: 'DELETE',
    body: { name: keyName(context.tag) },
  });
  return ended.ok || !isLost(ended.error) ? succeed(undefined) : ended;
}

/** Every address of a token is looked at from the host that will use it. Errors: INPUT_INVALID, PRECONDITION_FAILED, SECRET_…. */
export async function checkBroughtToken(
  context: ChangeContext,
  issuer: Issuer,
  ref: string,
): Promise<Result<Secret>> {
  const secret = await context.secrets.get(ref);
  const token = secret.ok ? decodeToken(secret.value) : secret;
  if (!secret.ok || !token.ok) {
    return secret.ok ? (token as Result<never>) : secret;
  }
  const { addresses, fingerprint } = token.value;
  if (fingerprint !== plainFingerprint(issuer.fingerprint)) {
    return refused(
      `The token is for a cluster with another certificate authority (SHA-256 ${fingerprint}) than the chosen node has (${issuer.fingerprint}).`,
      'Make the token on a node of the cluster that is to be joined.',
    );
  }
  let named = false;
  for (const place of addresses) {
    const peer = await observe(context, place);
    if (!peer.ok) {
      return peer;
    }
    if (!servedBy(peer.value, fingerprint)) {
      return refused(
        `At ${showAddress(place)}, an address of the token, answers somebody with another certificate authority.`,
        'Find out who that is before a node is enrolled there.',
      );
    }
    named ||= names(peer.value, place.address);
  }
  if (!named) {
    return refused(
      `The certificate of the node names none of the addresses in the token (${addresses.map(showAddress).join(', ')}); Elasticsearch’s own tool refuses to enrol a node then.`,
      'Give the secured node a certificate of the same authority for the address that it has now, then make a new token.',
    );
  }
  const known = await askNode(context, issuer.door, '/_security/_authenticate', {
    credential: keyOf(token.value),
  });
  if (!known.ok && isLost(known.error)) {
    return fail(known.error);
  }
  return known.ok && known.value.status !== 401
    ? succeed(secret.value)
    : refused(
        'The cluster does not know the key in the token: it has expired (after 30 minutes) or was taken back.',
        'Make a new token on the secured node.',
      );
}
