/** Every sentence that an operator may read when a connection or a command fails. */
import { type AppError, appError } from '../../../shared/domain/error.ts';
import type { HostKey } from '../../../shared/domain/host.ts';

/** `address:port`, with brackets around an IPv6 address. */
export function where(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

export function refused(place: string, detail: string): AppError {
  return appError(
    'SSH_REFUSED',
    `${place} refused the connection.`,
    'Check that the SSH server runs there and that address and port are right.',
    { retryable: true, detail },
  );
}

export function timedOut(place: string, doing: string): AppError {
  return appError(
    'SSH_TIMEOUT',
    `${place} did not answer in time while ${doing}.`,
    'Check the network and any firewall on the way, then try again.',
    { retryable: true },
  );
}

/** The server's patience with a login ended while the operator was still being asked. */
export function askedTooLong(place: string): AppError {
  return appError(
    'SSH_TIMEOUT',
    `${place} closed the connection because the question to you stayed open too long.`,
    'Connect again; an answer that you gave in the meantime is remembered.',
    { hostState: 'unchanged', retryable: true },
  );
}

export function nameUnknown(address: string, detail: string): AppError {
  return appError(
    'SSH_DNS',
    `The name ${address} could not be resolved to an address.`,
    'Check the spelling, or enter the IP address.',
    { retryable: true, detail },
  );
}

export function handshakeFailed(place: string, detail: string): AppError {
  return appError(
    'SSH_HANDSHAKE',
    `${place} and Bulwark could not agree on a secure connection.`,
    'Check that an SSH server listens there and that it offers curve25519 or ECDH key exchange and AES.',
    { detail },
  );
}

export function keyUnknown(place: string, key: HostKey): AppError {
  return appError(
    'SSH_HOST_KEY_UNKNOWN',
    `The host key of ${place} is not known and was not accepted: ${key.type} ${key.fingerprint}.`,
    'Compare the fingerprint with the one on the host’s console and accept it if they are equal.',
  );
}

export function keyChanged(place: string, key: HostKey, known: readonly HostKey[]): AppError {
  const before = known.map((one) => `${one.type} ${one.fingerprint}`).join(', ');
  return appError(
    'SSH_HOST_KEY_CHANGED',
    `The host key of ${place} has changed: known is ${before}, the host now shows ${key.type} ${key.fingerprint}. No credential was sent.`,
    'Find out why on the host’s console. If the host was set up anew, remove it from the workspace and add it again; a line in your own known_hosts is yours to remove (ssh-keygen -R).',
    { hostState: 'unchanged' },
  );
}

export function keyRevoked(place: string, key: HostKey): AppError {
  return appError(
    'SSH_HOST_KEY_REVOKED',
    `${place} shows a host key that is marked as revoked: ${key.type} ${key.fingerprint}. No credential was sent.`,
    'Do not connect. Give the host a new key and ask whoever revoked the old one.',
    { hostState: 'unchanged' },
  );
}

export function keyUnsupported(place: string): AppError {
  return appError(
    'SSH_HOST_KEY_UNSUPPORTED',
    `The known hosts vouch for ${place} through a certificate authority, and Bulwark cannot check host certificates.`,
    'Add the host’s own key to the known hosts (ssh-keyscan, compared on the console) and connect again.',
  );
}

export function authenticationFailed(user: string, place: string, detail: string): AppError {
  return appError(
    'SSH_AUTH',
    `${place} did not accept the login of ${user}.`,
    'Check user, login method and credential; the host’s authentication log says why it refused.',
    { detail },
  );
}

export function credentialMissing(what: string, place: string): AppError {
  return appError('SSH_AUTH', `No ${what} was given for ${place}.`, `Enter the ${what} and connect again.`);
}

export function keyFileUnusable(path: string, why: string): AppError {
  return appError(
    'SSH_KEY_FILE',
    `The key file ${path} cannot be used: ${why}.`,
    'Choose a private key in OpenSSH or PEM format (ed25519, ECDSA or RSA), or use the agent.',
  );
}

export function passphraseNeeded(path: string): AppError {
  return appError(
    'SSH_KEY_PASSPHRASE',
    `The key file ${path} is protected by a passphrase and none was given.`,
    'Enter the passphrase and connect again.',
  );
}

export function passphraseWrong(path: string): AppError {
  return appError(
    'SSH_KEY_PASSPHRASE',
    `The passphrase does not open the key file ${path}.`,
    'Enter the passphrase again.',
  );
}

export function agentUnusable(why: string): AppError {
  return appError(
    'SSH_AGENT',
    `The SSH agent cannot be used: ${why}.`,
    'Start the agent and load the key with ssh-add, or choose a key file.',
  );
}

export function noPosixShell(user: string, detail: string): AppError {
  return appError(
    'SSH_NO_POSIX_SHELL',
    `The login of ${user} does not lead to a POSIX shell.`,
    'Use a login whose shell is sh, bash, dash, ksh or zsh, without a forced command.',
    { hostState: 'unchanged', detail },
  );
}

export function channelLimit(place: string): AppError {
  return appError(
    'SSH_CHANNEL_LIMIT',
    `${place} does not allow another session on this connection.`,
    'Raise MaxSessions in the host’s sshd_config to at least 1, or close other sessions, and try again.',
    { hostState: 'unchanged', retryable: true },
  );
}

export function forwardingRefused(place: string, detail: string): AppError {
  return appError(
    'SSH_FORWARDING_REFUSED',
    `${place} does not allow connections to be forwarded through SSH.`,
    'Allow local forwarding for this login (AllowTcpForwarding local, PermitOpen 127.0.0.1:9200).',
    { hostState: 'unchanged', detail },
  );
}

export function connectionLost(place: string, doing: string): AppError {
  return appError(
    'SSH_CONNECTION_LOST',
    `The connection to ${place} broke while ${doing}; how far the host came is not known.`,
    'Connect again; Bulwark then looks at what the host really has.',
    { hostState: 'unknown', retryable: true },
  );
}

export function cancelled(hostState: 'unchanged' | 'unknown'): AppError {
  return appError('CANCELLED', 'Cancelled.', 'Start it again when you are ready.', {
    hostState,
    retryable: true,
  });
}
