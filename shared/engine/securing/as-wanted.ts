/** Whether a node is secured as a step wants it, with the password that is in the vault. */
import type { EsInstall } from '../../domain/elasticsearch.ts';
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { isOn, readYamlSettings, settingValue } from '../../text/yaml-settings.ts';
import type { ChangeContext } from '../change-kind.ts';
import { readYml } from '../elasticsearch/start-log.ts';
import { checkFiles, shortcomings } from './secured.ts';

export interface WantedSecured {
  readonly install: EsInstall;
  readonly elasticPasswordRef: string;
  /** Below the configuration directory. */
  readonly certificates: readonly string[];
}

/** A secured node whose password is in the vault, and nothing of its step unfinished. Errors: those of the connection. */
export async function isSecured(wanted: WantedSecured, context: ChangeContext): Promise<Result<boolean>> {
  const { install } = wanted;
  const read = readYamlSettings((await readYml(context, install.pathConf)) ?? '');
  const on = [
    'xpack.security.enabled',
    'xpack.security.http.ssl.enabled',
    'xpack.security.transport.ssl.enabled',
  ];
  if (!read.ok || !on.every((key) => isOn(settingValue(read.settings, key)))) {
    return succeed(false);
  }
  const password = await context.secrets.get(wanted.elasticPasswordRef);
  if (!password.ok) {
    return succeed(false);
  }
  const missing = await shortcomings(context, install, password.value);
  if (!missing.ok || missing.value.length > 0) {
    return missing.ok ? succeed(false) : missing;
  }
  const files = await checkFiles(context, install, wanted.certificates);
  return files.ok ? succeed(files.value === undefined) : files;
}

/** Errors: VERIFY_FAILED with everything that is not as it should be, those of the vault and the connection. */
export async function verifySecured(wanted: WantedSecured, context: ChangeContext): Promise<Result<void>> {
  const password = await context.secrets.get(wanted.elasticPasswordRef);
  if (!password.ok) {
    return password;
  }
  const missing = await shortcomings(context, wanted.install, password.value);
  if (!missing.ok) {
    return missing;
  }
  const files = await checkFiles(context, wanted.install, wanted.certificates);
  if (!files.ok) {
    return files;
  }
  const wrong = [...missing.value, ...(files.value === undefined ? [] : [files.value])];
  return wrong.length === 0
    ? succeed(undefined)
    : fail(
        appError(
          'VERIFY_FAILED',
          `The node is not secured as it should be: ${wrong.join(' ')}`,
          'The old configuration is put back.',
          { hostState: 'changed' },
        ),
      );
}
