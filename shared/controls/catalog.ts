/** Every control, by area and id. Written by `npm run catalog`. */
import anonymousDisabled from './auth/anonymous-disabled/control.ts';
import apiKeysExpire from './auth/api-keys-expire/control.ts';
import builtinPasswords from './auth/builtin-passwords/control.ts';
import enrollmentDisabled from './auth/enrollment-disabled/control.ts';
import kibanaServiceAccount from './auth/kibana-service-account/control.ts';
import leftoverToolUsers from './auth/leftover-tool-users/control.ts';
import notHalfSecured from './auth/not-half-secured/control.ts';
import passwordHashing from './auth/password-hashing/control.ts';
import roleLeastPrivilege from './auth/role-least-privilege/control.ts';
import securityEnabled from './auth/security-enabled/control.ts';
import securityIndexClosed from './auth/security-index-closed/control.ts';
import seedPasswordRetired from './auth/seed-password-retired/control.ts';
import superuserCount from './auth/superuser-count/control.ts';
import consistentSecurity from './cluster/consistent-security/control.ts';
import type { Control } from './define-control.ts';
import keystorePassword from './keystore/keystore-password/control.ts';
import keystorePresent from './keystore/keystore-present/control.ts';
import kibanaKeystore from './keystore/kibana-keystore/control.ts';
import noPlaintextSecrets from './keystore/no-plaintext-secrets/control.ts';
import kibanaEsVerification from './kibana/kibana-es-verification/control.ts';
import kibanaTls from './kibana/kibana-tls/control.ts';
import reportingKey from './kibana/reporting-key/control.ts';
import savedObjectsKey from './kibana/saved-objects-key/control.ts';
import securityCookieKey from './kibana/security-cookie-key/control.ts';
import sessionIdleTimeout from './kibana/session-idle-timeout/control.ts';
import sessionLifespan from './kibana/session-lifespan/control.ts';
import firewallActive from './network/firewall-active/control.ts';
import httpPortRestricted from './network/http-port-restricted/control.ts';
import notPubliclyExposed from './network/not-publicly-exposed/control.ts';
import esAccountLocked from './os/es-account-locked/control.ts';
import esConfigPermissions from './os/es-config-permissions/control.ts';
import esDataEncrypted from './os/es-data-encrypted/control.ts';
import esServiceUser from './os/es-service-user/control.ts';
import kibanaConfigPermissions from './os/kibana-config-permissions/control.ts';
import kibanaServiceUser from './os/kibana-service-user/control.ts';
import swapSafe from './os/swap-safe/control.ts';
import caKeyOffNode from './tls/ca-key-off-node/control.ts';
import certificateExpiry from './tls/certificate-expiry/control.ts';
import certificateNames from './tls/certificate-names/control.ts';
import certificateStrength from './tls/certificate-strength/control.ts';
import certificateTrust from './tls/certificate-trust/control.ts';
import cipherSuites from './tls/cipher-suites/control.ts';
import httpClientCertificate from './tls/http-client-certificate/control.ts';
import httpTls from './tls/http-tls/control.ts';
import nodeOwnKey from './tls/node-own-key/control.ts';
import protocols from './tls/protocols/control.ts';
import transportTls from './tls/transport-tls/control.ts';
import transportVerification from './tls/transport-verification/control.ts';

export const catalog: readonly Control[] = [
  anonymousDisabled,
  apiKeysExpire,
  builtinPasswords,
  enrollmentDisabled,
  kibanaServiceAccount,
  leftoverToolUsers,
  notHalfSecured,
  passwordHashing,
  roleLeastPrivilege,
  securityEnabled,
  securityIndexClosed,
  seedPasswordRetired,
  superuserCount,
  consistentSecurity,
  keystorePassword,
  keystorePresent,
  kibanaKeystore,
  noPlaintextSecrets,
  kibanaEsVerification,
  kibanaTls,
  reportingKey,
  savedObjectsKey,
  securityCookieKey,
  sessionIdleTimeout,
  sessionLifespan,
  firewallActive,
  httpPortRestricted,
  notPubliclyExposed,
  esAccountLocked,
  esConfigPermissions,
  esDataEncrypted,
  esServiceUser,
  kibanaConfigPermissions,
  kibanaServiceUser,
  swapSafe,
  caKeyOffNode,
  certificateExpiry,
  certificateNames,
  certificateStrength,
  certificateTrust,
  cipherSuites,
  httpClientCertificate,
  httpTls,
  nodeOwnKey,
  protocols,
  transportTls,
  transportVerification,
];
