// esbuild gives Grafana's .mjs files this CommonJS package as Node would: its default export would be the whole module.
import { Scrollbars } from '../node_modules/react-custom-scrollbars-2/lib/index.js';

export default Scrollbars;
