export { erasure } from './erasure';
export { handoff } from './handoff';
export { journey } from './journey';
export { sweep } from './sweep';
