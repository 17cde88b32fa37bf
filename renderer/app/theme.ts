/** Puts the chosen theme on the document; `system` follows the desktop. */
import { useEffect, useState } from 'react';

const dark = '(prefers-color-scheme: dark)';

export function useTheme(theme: 'system' | 'light' | 'dark'): 'light' | 'dark' {
  const [system, setSystem] = useState(() => window.matchMedia(dark).matches);
  useEffect(() => {
    const query = window.matchMedia(dark);
    const follow = (): void => setSystem(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  const shown = theme === 'system' ? (system ? 'dark' : 'light') : theme;
  useEffect(() => {
    document.documentElement.classList.toggle('pf-v6-theme-dark', shown === 'dark');
  }, [shown]);
  return shown;
}
