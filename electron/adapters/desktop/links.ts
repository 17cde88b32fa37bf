/** Pages that Bulwark opens in the browser: a fixed list, by name. */
import { shell } from 'electron';

const links: Readonly<Record<string, string>> = {
  'vendor-security': 'https://www.elastic.co/docs/deploy-manage/security',
  'vendor-auto-configuration': 'https://www.elastic.co/docs/deploy-manage/security/self-auto-setup',
  'vendor-manual-security': 'https://www.elastic.co/docs/deploy-manage/security/self-setup',
  'verify-guide': 'https://www.rfc-editor.org/rfc/rfc5652',
};

export async function openKnownLink(name: string): Promise<void> {
  const url = Object.hasOwn(links, name) ? links[name] : undefined;
  if (url !== undefined) await shell.openExternal(url);
}
