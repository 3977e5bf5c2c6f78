import type { Words } from '../words.ts';
import { outcomes, roles } from './models.ts';
import { protocolInFrench } from './protocol-terms.ts';

/** A name the engine gives, as the tables of the models view say it; one they do not know stays as it came. */
const inFrench = (table: Readonly<Record<string, string>>, name: unknown): string =>
  table[String(name)] ?? String(name);

const jobs = { export: 'export', verify: 'contrôle', recover: 'réparation' };

/** What stands behind a colon and is no sentence of ours (operating system, ONNX Runtime, protocol) stays as it came. */
export const sayings: Words['sayings'] = {
  'link.refused': ({ peer }) => `Personne n’écoute à ${peer} : le programme n’y tourne pas, ou le port est un autre.`,
  'link.unknown-host': ({ peer }) => `Aucune machine de ce nom n’est connue : ${peer}.`,
  'link.unreachable': ({ peer }) => `Aucun chemin du réseau ne mène à ${peer}.`,
  'link.no-answer': ({ peer }) => `${peer} ne répond pas : machine éteinte, ou pare-feu entre les deux.`,
  'link.silent': ({ peer }) => `${peer} était connecté, puis plus rien n’est arrivé.`,
  'link.closed': ({ peer }) => `${peer} a fermé la connexion.`,
  'link.broken': ({ peer }) => `La connexion avec ${peer} s’est rompue.`,
  'link.not-reading': ({ peer }) => `${peer} ne prend pas ce qu’on lui envoie.`,
  'link.not-openigtlink': ({ peer }) => `Ce que ${peer} envoie n’est pas de l’OpenIGTLink.`,
  'link.port-taken': ({ peer }) => `${peer} : un autre programme y écoute déjà.`,
  'link.port-reserved': ({ peer }) =>
    `${peer} : ce programme n’a pas le droit d’y écouter ; prenez un port au-dessus de 1023.`,
  'link.not-ours': ({ peer }) => `${peer} n’est pas une adresse de cette machine.`,
  'link.other-program': ({ peer }) =>
    `${peer} accepte la connexion mais ne parle jamais OpenIGTLink : est-ce le port d’un autre programme ?`,
  'file.missing': ({ file }) => `${file} : ce fichier n’existe pas`,
  'file.no-folder': ({ file }) => `${file} : ce dossier n’existe pas`,
  'file.no-right': ({ file }) => `${file} : pas le droit de le lire`,
  'file.no-recording': ({ folder }) => `${folder} : aucun enregistrement dans ce dossier`,
  'file.no-sequence': ({ file, found }) =>
    `${file} : première ligne ${found}, un en-tête MetaImage ou NRRD était attendu`,
  'file.no-pixels': ({ file, pixels }) => `${file} : le fichier des pixels, ${pixels}, n’existe pas`,
  'file.cut-off': ({ file, found, expected }) =>
    `${file} : le fichier est tronqué, ${found} octets de pixels au lieu de ${expected}`,
  'file.bad-field': ({ file, field, value, limit }) => `${file} : ${field} ${value} ; attendu : ${limit}`,
  'address.malformed': ({ address }) => `adresse « ${address} » : HÔTE ou HÔTE:PORT attendu, avec un port de 0 à 65535`,
  'address.phantom-seed': ({ seed, limit }) => `graine du fantôme « ${seed} » : nombre entier de 0 à ${limit} attendu`,
  'address.link-local': ({ address, host }) =>
    `source « ${address} » : ${host} est une adresse de lien local (169.254.0.0/16, fe80::/10) ; une adresse attribuée est attendue`,
  'address.no-source': ({ address }) =>
    `source « ${address} » : igtl://HÔTE:PORT, le chemin d’un enregistrement ou phantom[:GRAINE] attendu`,
  'address.network-share': ({ address }) =>
    `source « ${address} » : partage réseau ; un enregistrement sur un disque de cette machine est attendu`,
  'address.no-recording': ({ address }) =>
    `source « ${address} » : un enregistrement se termine par .mha, .mhd, .nrrd ou .nhdr`,
  'address.no-publisher': ({ address }) =>
    `adresse vers Slicer « ${address} » : igtl-server://HÔTE:PORT ou igtl://HÔTE:PORT attendu`,
  'address.publisher-link-local': ({ address }) =>
    `adresse vers Slicer « ${address} » : les adresses de lien local ne servent pas ; un autre hôte est attendu`,
  'address.needs-peers': ({ address }) =>
    `adresse vers Slicer « ${address} » : elle écoute au-delà de cette machine ; indiquez d’abord qui peut entrer, dans publish.allowedPeers`,
  'source.ended': () => 'L’enregistrement est terminé.',
  'source.unread': ({ why }) => `La source n’a pas pu être lue : ${why}`,
  'source.message-refused': ({ why }) => `Un message de la source n’a pas été suivi : ${why}`,
  'source.other-image': ({ device, followed }) =>
    `l’appareil IMAGE « ${device} » n’est pas « ${followed} », celui suivi`,
  'source.volume': ({ slices }) => `IMAGE de ${slices} coupes : seules les images d’une coupe sont suivies en direct`,
  'source.empty': ({ columns, rows }) => `IMAGE de ${columns} x ${rows} pixels : au moins 1 x 1 attendu`,
  'source.sub-volume': ({ part, whole }) =>
    `IMAGE ne renouvelant qu’une partie (${part} sur ${whole}) : seules les images entières sont suivies en direct`,
  'source.components': ({ components }) => `IMAGE de ${components} composantes : 1 (gris) ou 3 (RVB) attendues`,
  'source.scalar': ({ type }) => `IMAGE de type scalaire ${type} : 2 à 7, 10 ou 11 attendu`,
  'source.pose-invalid': ({ pose, status }) => `la pose ${pose} a l’état ${status} ; elle n’est pas utilisée`,
  'source.skipped': ({ type }) => `les messages ${type} ne sont pas utilisés ; passé`,
  'igtl.malformed': ({ type, field, value, limit }) =>
    `${type}, ${protocolInFrench(field)} ${value} ; attendu : ${protocolInFrench(limit)}`,
  'igtl.header-version': ({ version }) => `version d’en-tête ${version} ; 1 ou 2 attendu`,
  'igtl.header-type': () => 'type dans l’en-tête : A-Z, 0-9 et _ attendus, puis des zéros',
  'igtl.header-name': () => 'nom d’appareil dans l’en-tête : du texte attendu, puis des zéros',
  'igtl.too-large': ({ type, device, found, limit }) =>
    `${type} ${device} : corps de ${found} octets, au plus ${limit} attendus`,
  'igtl.bad-crc': ({ type, device, bytes }) => `${type} ${device} : le CRC des ${bytes} octets du corps est faux`,
  'igtl.resync': ({ after, skipped }) => `${after} : message valable suivant trouvé ${skipped} octets plus loin`,
  'igtl.lost-framing': () => 'limites des messages perdues',
  'igtl.stopped': ({ bytes, found }) => `un message de ${bytes} octets arrêté après ${found} octets`,
  'igtl.gave-up': ({ bytes, elapsed }) =>
    `limites des messages perdues : aucun message valable trouvé en ${bytes} octets et ${elapsed} ms`,
  'client.trouble': ({ client, why }) => `client ${client} : ${why}`,
  'client.not-allowed': ({ peers }) => `il n’est pas de ceux qui peuvent entrer (${peers})`,
  'client.too-many': ({ limit }) => `${limit} clients sont connectés, pas plus ne sont admis`,
  'client.slow': ({ limit }) => `il n’a rien pris pendant ${limit} ms, liaison fermée`,
  'client.socket': ({ why }) => `port d’écoute : ${why}`,
  'test.no-frame': ({ seconds }) => `aucune image en ${seconds} s`,
  'test.keep-alives': () => 'la liaison est établie, mais sans image : l’échographe est-il figé ?',
  'test.unopened': () => 'impossible à ouvrir',
  'source.no-replay': () => 'La source n’est pas un enregistrement en cours de lecture.',
  'publisher.trouble': ({ why }) => `Difficulté vers Slicer : ${why}`,
  'publisher.off': () => 'L’envoi vers Slicer est déconnecté.',
  'publisher.nobody': () => 'Aucun récepteur n’est connecté.',
  'publisher.unasked': ({ source }) =>
    `Rien d’une source ${source} n’est envoyé sans être demandé (publish.${source}).`,
  'space.no-points': () => 'Il n’y a pas encore de points à envoyer.',
  'inference.down': ({ why }) => `L’inférence est arrêtée : ${why}`,
  'provider.fell-back': ({ role, running, passed }) =>
    `${inFrench(roles, role).toLowerCase()} sur ${running}, pas comme demandé : ${passed}`,
  'provider.passed': ({ provider, outcome, why }) => `${provider}, ${inFrench(outcomes, outcome)} (${why})`,
  'provider.crashed': () => 'le processus d’inférence s’est arrêté pendant l’essai',
  'provider.no-nodes': () => 'il n’a pris aucun nœud du graphe : tous ont tourné sur le CPU',
  'provider.differs': ({ difference }) => `autotest face au CPU : ${difference}`,
  'provider.slower': ({ own, cpu }) => `${own} ms par calcul, le CPU ${cpu} ms`,
  'provider.no-device': ({ looked }) => `aucun processeur graphique sur cette machine (${looked})`,
  'provider.software-driver': ({ driver }) => `aucun processeur graphique, seulement le pilote logiciel ${driver}`,
  'provider.dfine-on-directml': () => 'D-FINE donne des cadres faux sous DirectML, c’est connu',
  'differs.off': ({ output, off, limit }) => `${output} s’écarte de ${off}, plus que ${limit}`,
  'differs.shape': ({ output, found, expected }) => `${output} a la forme ${found}, ${expected} attendu`,
  'differs.missing': ({ output, expected }) => `${output} manque, ${expected} attendu`,
  'differs.missing-on-cpu': ({ output }) => `${output} manque sur le CPU`,
  'differs.cpu-finds': ({ label, corners, score }) =>
    `le CPU trouve la classe ${label} en [${corners}] avec le score ${score}`,
  'differs.only-it-finds': ({ label, corners, score }) =>
    `lui seul trouve la classe ${label} en [${corners}] avec le score ${score}`,
  'inference.restarting': ({ how, seconds }) => `processus d’inférence ${how} ; nouveau départ dans ${seconds} s`,
  'inference.restarting-often': ({ how, ends, seconds }) =>
    `processus d’inférence ${how} ; ${ends} arrêts en une minute, nouveau départ dans ${seconds} s`,
  'inference.signal': ({ signal }) => `arrêté par ${signal}`,
  'inference.code': ({ code }) => `terminé avec le code ${code}`,
  'inference.unstarted': ({ why }) => `impossible à démarrer (${why})`,
  'inference.not-ready': ({ limit }) => `arrêté de force : pas prêt ${limit} ms après son départ`,
  'inference.silent': ({ silent, limit }) => `arrêté de force : aucune réponse depuis ${silent} ms, limite ${limit} ms`,
  'inference.fell-back': ({ details }) => `Le modèle ne tourne pas sur le processeur demandé : ${details}`,
  'inference.no-result': ({ why }) => `Le modèle n’a rendu aucun résultat : ${why}`,
  'inference.depth': ({ model, mm, scale, low, high }) =>
    `${model} : l’image a ${mm} mm de profondeur à ${scale} mm par pixel, ${low} à ${high} mm attendus`,
  'inference.input-size': ({ columns, rows, limit }) =>
    `à l’échelle du modèle, l’image aurait ${columns} x ${rows} pixels ; 1 à ${limit} en tout attendus`,
  'inference.area-small': ({ columns, rows, scale }) =>
    `image utile de ${columns} x ${rows} pixels : trop petite pour être ramenée à ${scale} mm`,
  'inference.area-empty': ({ columns, rows }) => `image utile de ${columns} x ${rows} pixels : rien à y prendre`,
  'inference.run-failed': ({ why }) => `le calcul du modèle a échoué : ${why}`,
  'inference.width': ({ model, mm, scale, low, high }) =>
    `${model} : l’image a ${mm} mm de largeur à ${scale} mm par pixel, ${low} à ${high} mm attendus`,
  'inference.sector': ({ model }) =>
    `image sectorielle : ${model} demande une image linéaire, aux faisceaux droits vers le bas`,
  'model.in-use': ({ model }) => `Le modèle ${model} est en service : choisissez-en d’abord un autre.`,
  'model.refused': ({ model, why, kept }) => `${model} n’a pas pu être chargé : ${why} ; ${kept} reste en service`,
  'model.fell-back': ({ from, why, to }) => `${from} ne cessait de s’arrêter (${why}) ; ${to} le remplace`,
  'model.unusable': ({ why }) => `modèle inutilisable : ${why}`,
  'model.unknown': ({ model, looked }) => `aucun modèle ${model} : ${model}/model.yaml n’est pas dans ${looked}`,
  'model.manifest-unread': ({ file, why }) => `le manifeste ${file} n’a pas pu être lu : ${why}`,
  'model.manifest-large': ({ file, found, limit }) => `${file} : ${found} octets, au plus ${limit} attendus`,
  'model.manifest-no-yaml': ({ file, why }) => `${file} n’est pas du YAML : ${why}`,
  'model.manifest-bad': ({ file, why }) => `manifeste ${file} : ${why}`,
  'model.other-id': ({ folder, found, expected }) =>
    `${folder}/model.yaml porte l’identifiant ${found} ; le nom de son dossier, ${expected}, était attendu`,
  'model.other-kind': ({ folder, found, expected }) =>
    `${folder} contient un modèle de type ${found} ; ${expected} attendu`,
  'model.file-missing': ({ file }) => `le fichier ${file} du modèle manque`,
  'model.file-unread': ({ file, why }) => `le fichier ${file} du modèle n’a pas pu être lu : ${why}`,
  'model.file-large': ({ file, found, expected }) =>
    `le fichier ${file} du modèle a ${found} octets, ${expected} attendus`,
  'model.file-size': ({ file, found, expected }) =>
    `le fichier ${file} du modèle a ${found} octets, son manifeste en annonce ${expected}`,
  'model.file-altered': ({ file, found, expected }) =>
    `le fichier ${file} du modèle a été modifié : son sha256 est ${found}, son manifeste annonce ${expected}`,
  'model.file-bad': ({ file, what }) => `le fichier ${file} n’est pas un modèle entier : ${what}`,
  'model.file-unloaded': ({ file, why }) => `le fichier ${file} du modèle ne se charge pas : ${why}`,
  'model.other-names': ({ file, found, expected }) => `le fichier ${file} du modèle a ${found} ; attendu : ${expected}`,
  'model.names': ({ inputs, outputs }) => `entrées ${inputs} ; sorties ${outputs}`,
  'model.no-runtime': ({ machine, why }) => `ONNX Runtime ne se charge pas sur ${machine} : ${why}`,
  'model.thread-failed': ({ why }) => `le fil d’exécution du modèle a échoué : ${why}`,
  'model.thread-ended': ({ code }) => `le fil d’exécution du modèle s’est terminé (${code})`,
  'model.job-ended': ({ how }) => `le processus qui examinait le modèle s’est arrêté (${how})`,
  'model.job-late': ({ seconds }) => `pas terminé après ${seconds} s`,
  'onnx.unread': ({ why }) => `il n’a pas pu être lu (${why})`,
  'onnx.empty': () => 'il est vide',
  'onnx.no-file': () => 'ce n’est pas un fichier',
  'onnx.no-graph': () => 'pas de l’ONNX, il ne contient aucun graphe avec des sorties',
  'onnx.no-field': ({ field, at }) => `pas de l’ONNX, champ ${field} à l’octet ${at}`,
  'onnx.no-wire-type': ({ type, at }) => `pas de l’ONNX, type de codage ${type} à l’octet ${at}`,
  'onnx.no-number': ({ at }) => `pas de l’ONNX, nombre de plus de 10 octets à l’octet ${at}`,
  'onnx.many-tensors': ({ limit }) => `il a plus de ${limit} entrées ou sorties`,
  'onnx.many-nodes': ({ limit }) => `il a plus de ${limit} nœuds`,
  'onnx.many-dimensions': ({ name, limit }) => `${name} y a plus de ${limit} dimensions`,
  'onnx.many-fields': ({ limit }) => `il a plus de ${limit} champs`,
  'onnx.long-name': ({ bytes, limit }) => `un nom de ${bytes} octets, au plus ${limit} attendus`,
  'onnx.cut-off': ({ at }) => `il est coupé à l’octet ${at}`,
  'onnx.field-cut-off': ({ expected, at, found }) =>
    `il est coupé, ${expected} octets attendus à partir de l’octet ${at}, ${found} présents`,
  'output.missing': ({ name }) => `le modèle n’a pas donné de sortie ${name}`,
  'output.channels': ({ name, found, expected }) =>
    `la sortie ${name} a les dimensions ${found} ; ${expected} canaux attendus`,
  'output.dimensions': ({ name, found, expected }) =>
    `la sortie ${name} a les dimensions ${found} ; il en fallait ${expected}`,
  'output.row': ({ name, found, expected }) =>
    `la sortie ${name} a les dimensions ${found} ; ${expected} valeurs par ligne attendues`,
  'output.mask-size': ({ found, expected }) =>
    `les masques du décodeur ont ${found} pixels ; ceux de l’image, ${expected}, étaient attendus`,
  'recording.recovered': ({ name, frames }) =>
    `L’enregistrement ${name}, coupé par une panne, a été réparé : ${frames} images.`,
  'recording.unrecovered': ({ name, why }) =>
    `L’enregistrement ${name}, coupé par une panne, n’a pas pu être réparé : ${why}`,
  'recording.failed': ({ why }) => `RIEN N’EST ENREGISTRÉ : ${why}`,
  'recording.unbegun': ({ why }) => `l’enregistrement n’a pas pu commencer : ${why}`,
  'recording.ended': ({ why, fate }) => `enregistrement terminé de lui-même : ${why} ; ${fate}`,
  'recording.whole': () => 'les images d’avant sont enregistrées',
  'recording.incomplete': ({ lost }) => `${lost} des images d’avant MANQUENT à l’enregistrement`,
  'recording.disk-full': ({ why }) => `le disque est plein (${why})`,
  'recording.reserve': ({ free, reserve }) => `${free} Mio libres sur le disque, réserve de ${reserve} Mio`,
  'recording.no-room': ({ free, folder, reserve }) =>
    `pas de place pour enregistrer : ${free} Mio libres dans ${folder}, dont ${reserve} Mio de réserve`,
  'recording.too-short': ({ minutes, limit, free, folder, reserve }) =>
    `le disque serait plein dans ${minutes} min, au moins ${limit} min attendues : ${free} Mio libres dans ${folder}, dont ${reserve} Mio de réserve`,
  'recording.unclosed': ({ name, why }) =>
    `l’enregistrement ${name} n’a pas pu être fermé : ${why} ; il sera réparé au prochain démarrage`,
  'recording.in-the-making': ({ name }) => `L’enregistrement ${name} est en cours : arrêtez-le d’abord.`,
  'recording.worked-on': ({ name }) => `L’enregistrement ${name} est occupé : attendez la fin du travail.`,
  'recording.none': () => 'Rien n’est en cours d’enregistrement.',
  'recording.no-frames': ({ name }) => `${name} n’a aucune image à exporter`,
  'recording.unlike': ({ name, found, expected }) =>
    `${name} est en ${found}, le premier segment en ${expected} : un même fichier ne peut pas tenir les deux`,
  'recording.job-cancelled': ({ job }) => `travail interrompu (${inFrench(jobs, job)}) ; rien n’a été écrit`,
  'recording.job-ended': ({ job, folder, code }) => `${inFrench(jobs, job)} de ${folder} : fin prématurée (${code})`,
  'recording.no-manifest': ({ folder, file }) => `${folder} n’est pas un enregistrement : ${file} y manque`,
  'recording.manifest-large': ({ file, found, limit }) => `${file} : ${found} octets, au plus ${limit} attendus`,
  'recording.manifest-bad': ({ file, why }) => `${file} n’est pas le manifeste d’un enregistrement : ${why}`,
  'video.pixels': ({ name, type }) => `${name} a des pixels ${type} : une vidéo les demande sur 8 bits`,
  'video.unlike': ({ name, found, expected }) =>
    `${name} est en ${found}, le premier segment en ${expected} : une même vidéo ne peut pas tenir les deux`,
  'video.no-ffmpeg': () => 'ffmpeg n’est pas installé : le MP4 en a besoin',
  'video.failed': ({ code, why }) => `ffmpeg s’est terminé avec ${code} : ${why}`,
  'fault.unread': ({ why }) => `lecture impossible : ${why}`,
  'fault.time': ({ file, frame, found, expected }) =>
    `${file} : image ${frame}, Timestamp ${found}, plus de ${expected} attendu`,
  'fault.masks': ({ file, found, expected }) => `${file} : ${found} masques, ${expected} attendus`,
  'fault.open': ({ file, frames }) => `${file} : en-tête non fermé (${frames} images entières) ; à réparer`,
  'fault.size': ({ file, found, expected }) => `${file} : DimSize ${found}, ${expected} attendu`,
  'fault.pixels': ({ file, found, expected, frames }) =>
    `${file} : ${found} octets de pixels, ${expected} attendus (${frames} images)`,
  'fault.in-the-making': () => 'selon le manifeste, il est encore en cours',
  'fault.segments': ({ found, expected }) => `${found} segments, ${expected} selon le manifeste`,
  'fault.frames': ({ found, expected }) => `${found} images, ${expected} selon le manifeste`,
  'engine.closing': () => 'Le moteur est en train de se fermer.',
  'recording.disk': ({ minutes, limit }) =>
    `À cette cadence, le disque est plein dans ${minutes} min (avertissement sous ${limit} min).`,
  'recording.behind': ({ frames, mib, limit }) =>
    `ARCHIVE EN RETARD : le disque a ${frames} images (${mib} Mio) de retard ; au-delà de ${limit} Mio, des images manqueront à l’enregistrement.`,
  'recording.lost': ({ frames, limit }) =>
    `${frames} images MANQUENT à l’enregistrement : le disque était trop lent et ${limit} Mio attendaient.`,
  'settings.unreadable': ({ why }) => `Réglages par défaut : ${why}`,
  'settings.file-unread': ({ file, why }) => `le fichier des réglages ${file} n’a pas pu être lu : ${why}`,
  'settings.set-aside': ({ file, bad, why }) =>
    `le fichier des réglages ${file} est inutilisable et s’appelle désormais ${bad} : ${why}`,
  'settings.not-set-aside': ({ file, unmoved, why }) =>
    `le fichier des réglages ${file} est inutilisable et n’a pas pu être mis de côté (${unmoved}) : ${why}`,
  'settings.unsaved': ({ why }) => `${why}`,
  'settings.not-on-disk': ({ file, why }) => `Les réglages agissent mais ne sont pas enregistrés dans ${file} : ${why}`,
  'settings.owner-only': ({ settings }) =>
    `${settings} : à régler sur la machine même (ligne de commande, environnement ou fichier des réglages)`,
  'settings.folder-unknown': ({ folder, known }) =>
    `recording.folder ${folder} : une console ne peut faire enregistrer que dans ${known} et au-dessous ; d’autres dossiers se règlent dans le fichier des réglages`,
  'file.recording-elsewhere': ({ file, known }) =>
    `enregistrement ${file} : une console n’ouvre que ceux de ${known} ; pour d’autres, démarrez le moteur avec --source`,
  'file.model-elsewhere': ({ file, known }) =>
    `modèle ${file} : une console n’ouvre que ceux de ${known} ; pour d’autres, « ultramotion models add »`,
  'access.open': ({ why }) => `Accès par le réseau : ${why}`,
  'access.no-tls': ({ reachable }) =>
    `${reachable} sans TLS (http.insecure) : jetons et images peuvent être lus en chemin`,
  'access.allowed-hosts': ({ hosts }) => `http.allowedHosts (${hosts}) laisse entrer d’autres machines`,
  'access.host': ({ host }) => `http.host « ${host} » est accessible depuis d’autres machines`,
  'access.file': ({ file, why }) => `le nouveau contenu de ${file} ne sert pas : ${why}`,
  'logs.none': () => 'Ce moteur ne tient pas de journal.',
  'logs.lost': ({ why }) => `Des lignes du journal se perdent : ${why}`,
  'alerts.untaken': ({ route, why, waiting, dead }) =>
    `${route} ne prend pas les alertes : ${why} ; ${waiting} en attente, ${dead} abandonnées`,
  'metric.failed': ({ name, why }) => `Mesure ${name} : ${why}`,
  'words.and': ({ first, second }) => `${first} et ${second}`,
  'words.comma': ({ first, second }) => `${first}, ${second}`,
  'words.semicolon': ({ first, second }) => `${first} ; ${second}`,
};
