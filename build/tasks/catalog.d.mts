export function controlFolders(): readonly string[];
export function catalogText(): string;
export const catalogFile: string;
