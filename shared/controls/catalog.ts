/** Every control, by area and id. Written by `npm run catalog`. */
import builtinPasswords from './auth/builtin-passwords/control.ts';
import securityEnabled from './auth/security-enabled/control.ts';
import consistentSecurity from './cluster/consistent-security/control.ts';
import type { Control } from './define-control.ts';
import keystorePresent from './keystore/keystore-present/control.ts';
import noPlaintextSecrets from './keystore/no-plaintext-secrets/control.ts';
import firewallActive from './network/firewall-active/control.ts';
import httpPortRestricted from './network/http-port-restricted/control.ts';
import notPubliclyExposed from './network/not-publicly-exposed/control.ts';
import esAccountLocked from './os/es-account-locked/control.ts';
import esConfigPermissions from './os/es-config-permissions/control.ts';
import esDataEncrypted from './os/es-data-encrypted/control.ts';
import esServiceUser from './os/es-service-user/control.ts';
import swapSafe from './os/swap-safe/control.ts';
import httpTls from './tls/http-tls/control.ts';
import transportTls from './tls/transport-tls/control.ts';

export const catalog: readonly Control[] = [
  builtinPasswords,
  securityEnabled,
  consistentSecurity,
  keystorePresent,
  noPlaintextSecrets,
  firewallActive,
  httpPortRestricted,
  notPubliclyExposed,
  esAccountLocked,
  esConfigPermissions,
  esDataEncrypted,
  esServiceUser,
  swapSafe,
  httpTls,
  transportTls,
];
