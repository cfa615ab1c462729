import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { diagramPage } from './src/diagram/build';

export default defineConfig({
  plugins: [svelte(), diagramPage],
  build: { target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: false },
  server: { proxy: { '/api': 'http://127.0.0.1:7373' } },
  test: { include: ['tests/unit/**/*.test.ts'], environment: 'jsdom' },
});
