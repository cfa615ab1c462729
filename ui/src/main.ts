import { mount } from 'svelte';
import { followHistory } from './app/place.svelte';
import { preferences } from './app/preferences.svelte';
import { watchCompositions } from './keys/enter';
import './style/base.css';
import './style/prose.css';
import { wear } from './theme/theme';
import App from './view/App.svelte';
import { speak } from './words/words.svelte';

watchCompositions();
followHistory();
wear(preferences().theme);
await speak(preferences().language);
mount(App, { target: document.querySelector('#page')! });
