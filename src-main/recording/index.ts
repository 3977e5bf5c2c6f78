/** The archive of every received frame: made, kept whole, listed, checked, exported. */
export { Catalogue, NoSuchRecording } from './catalogue.ts';
export { DiskRule, minutesUntilFull } from './disk-rule.ts';
export { type ExportControl, type ExportReport, type ExportRequest, exportRecording } from './export.ts';
export { beginManifest, type Manifest, resumeManifest, UNENCRYPTED_NOTE } from './manifest.ts';
export { readManifest } from './manifest-reader.ts';
export { Recorder, type RecorderCounts, type RecorderEvents, type RecorderOptions } from './recorder.ts';
export { runRecordingJob } from './recording-jobs.ts';
export { type RecoveryReport, recoverRecording } from './recover.ts';
export { verifyRecording } from './verify.ts';
