/** Every fact source that is a probe. Their order is the order on the host; what may hang comes last. */
import type { FactSource } from '../engine/fact-source.ts';
import { blockDevices } from './block-devices/source.ts';
import { certificateFiles } from './certificate-files/source.ts';
import { dataDirectories } from './data-directories/source.ts';
import { esFiles } from './es-files/source.ts';
import { esInstall } from './es-install/source.ts';
import { esProcess } from './es-process/source.ts';
import { esSettings } from './es-settings/source.ts';
import { fileRealm } from './file-realm/source.ts';
import { firewall } from './firewall/source.ts';
import { hostSystem } from './host-system/source.ts';
import { httpAuthority } from './http-authority/source.ts';
import { keystore } from './keystore/source.ts';
import { kibana } from './kibana/source.ts';
import { listeners } from './listeners/source.ts';
import { askNode } from './node-answers/ask.ts';
import { observeOutside } from './outside/observe.ts';
import { plaintextSecrets } from './plaintext-secrets/source.ts';
import { prelude, preludeNames, probeHelpers } from './prelude.ts';
import { serviceAccount } from './service-account/source.ts';
import { storage } from './storage/source.ts';
import { swap } from './swap/source.ts';

export const probeSources = [
  hostSystem,
  esInstall,
  esProcess,
  serviceAccount,
  esSettings,
  keystore,
  httpAuthority,
  certificateFiles,
  fileRealm,
  plaintextSecrets,
  firewall,
  listeners,
  kibana,
  esFiles,
  dataDirectories,
  storage,
  blockDevices,
  swap,
] as const satisfies readonly FactSource[];

/** Everything that `gather` needs to know of facts. */
export const factParts = {
  prelude,
  preludeNames,
  helpers: probeHelpers,
  sources: probeSources,
  askNode,
  observeOutside,
} as const;
