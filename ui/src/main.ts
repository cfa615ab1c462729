import { mount } from 'svelte';
import { followHistory, place } from './app/place.svelte';
import { preferences } from './app/preferences.svelte';
import { watchCompositions } from './keys/enter';
import './style/base.css';
import { wear } from './theme/theme';
import App from './view/App.svelte';
import { empty, thread } from './view/stages';
import { speak } from './words/words.svelte';

watchCompositions();
followHistory();
wear(preferences().theme);
// It comes at the same time as the words, not after them.
void (place().conversation === null ? empty() : thread());
void speak(preferences().language).then(() => mount(App, { target: document.querySelector('#page')! }));
