export { ModelPicker } from './model-picker.tsx';
export { ProviderReports } from './provider-reports.tsx';
