import { mount } from 'svelte';
import { followHistory, place } from './app/place.svelte';
import { preferences } from './app/preferences.svelte';
import { watchCompositions } from './keys/enter';
import './style/base.css';
import { wear } from './theme/theme';
import App from './view/App.svelte';
import { markdown } from './view/markdown';
import { speak } from './words/words.svelte';

watchCompositions();
followHistory();
wear(preferences().theme);
// A conversation will need it: it comes at the same time as the rest.
if (place().conversation !== null) void markdown();
await speak(preferences().language);
mount(App, { target: document.querySelector('#page')! });
