// Code and tables as files.

/** Spreadsheets take a CSV file for UTF-8 only if it starts with this mark. */
const BYTE_ORDER_MARK = '\ufeff';

const EXTENSIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bash: 'sh', c: 'c', cpp: 'cpp', csharp: 'cs', css: 'css', go: 'go', html: 'html', java: 'java', javascript: 'js',
    js: 'js', json: 'json', kotlin: 'kt', markdown: 'md', md: 'md', mermaid: 'mmd', php: 'php', python: 'py', py: 'py',
    ruby: 'rb', rust: 'rs', rs: 'rs', sh: 'sh', shell: 'sh', sql: 'sql', swift: 'swift', toml: 'toml', tsx: 'tsx',
    typescript: 'ts', ts: 'ts', xml: 'xml', yaml: 'yaml', yml: 'yml',
  }),
);

export function downloadCode(language: string, code: string): void {
  offer(`code.${EXTENSIONS.get(language) ?? 'txt'}`, 'text/plain;charset=utf-8', code);
}

export function downloadTable(rows: readonly (readonly string[])[]): void {
  offer('table.csv', 'text/csv;charset=utf-8', BYTE_ORDER_MARK + commaSeparated(rows));
}

/** A CSV file (RFC 4180). */
export function commaSeparated(rows: readonly (readonly string[])[]): string {
  const quote = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);
  return rows.map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}

/** Offers a file to the reader. */
export function offer(name: string, type: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the file by the next task.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 0);
}
