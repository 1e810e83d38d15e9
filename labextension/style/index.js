import './tokens.css';
import './sidebar.css';
import './card.css';
