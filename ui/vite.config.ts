import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // Diagrams are drawn by a page of their own, in a frame.
    rolldownOptions: { input: { index: 'index.html', 'mermaid-frame': 'mermaid-frame.html' } },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7373' } },
  test: { include: ['tests/unit/**/*.test.ts'], environment: 'jsdom' },
});
