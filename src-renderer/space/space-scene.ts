import {
  Box3,
  BufferAttribute,
  BufferGeometry,
  Color,
  DataTexture,
  DoubleSide,
  LineBasicMaterial,
  LineLoop,
  Mesh,
  MeshBasicMaterial,
  OrthographicCamera,
  Points,
  PointsMaterial,
  Scene,
  SRGBColorSpace,
  Vector3,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import { SPACE_POINT_FLOATS, type SpacePlane } from '../../src-shared/index.ts';
import { colourAt } from './colour-scale.ts';
import type { PointColour, SurfacePoints } from './surface-points.ts';

/** Points are drawn a little larger than the grid they lie on, so that a surface closes. */
const POINT_MM = 0.7;
const MIN_POINT_PIXELS = 2;
/** Room around everything when the camera is put back. */
const MARGIN = 1.25;
const PLANE_COLOUR = 0x7cc7f2;
const GROUND = 0x07090c;

export interface PlanePicture {
  readonly size: readonly [columns: number, rows: number];
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * The points and the picture's plane, drawn when something changed and never by a clock. Orthographic: a length parallel
 * to the screen is as long in front as behind, so that one scale bar holds for all of it.
 */
export class SpaceScene {
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new OrthographicCamera(-50, 50, 50, -50, -10_000, 10_000);
  readonly #onView: (pixelsPerMm: number) => void;
  readonly #points = new Points(new BufferGeometry(), new PointsMaterial({ vertexColors: true }));
  readonly #picture: Mesh<BufferGeometry, MeshBasicMaterial>;
  readonly #outline: LineLoop<BufferGeometry, LineBasicMaterial>;
  #controls: OrbitControls;
  #texture: DataTexture | null = null;
  #plane: SpacePlane | null = null;
  #height = 1;
  #isDrawPending = false;
  #isDisposed = false;

  /** @throws {Error} where there is no WebGL. `onView`: the scale on screen, CSS pixels per mm. */
  constructor(canvas: HTMLCanvasElement, onView: (pixelsPerMm: number) => void) {
    this.#renderer = new WebGLRenderer({ canvas, antialias: true });
    this.#onView = onView;
    this.#scene.background = new Color(GROUND);
    const corners = new BufferGeometry();
    corners.setAttribute('position', new BufferAttribute(new Float32Array(12), 3));
    // Row 0 is the first row of the texture: v grows with the rows.
    corners.setAttribute('uv', new BufferAttribute(Float32Array.of(0, 0, 1, 0, 1, 1, 0, 1), 2));
    corners.setIndex([0, 1, 2, 0, 2, 3]);
    this.#picture = new Mesh(corners, new MeshBasicMaterial({ side: DoubleSide, transparent: true, opacity: 0.65 }));
    this.#outline = new LineLoop(corners.clone().setIndex(null), new LineBasicMaterial({ color: PLANE_COLOUR }));
    this.#picture.visible = false;
    this.#outline.visible = false;
    for (const object of [this.#points, this.#picture, this.#outline]) {
      object.frustumCulled = false;
      this.#scene.add(object);
    }
    this.#controls = this.#newControls(new Vector3());
  }

  setPoints(points: SurfacePoints, colour: PointColour): void {
    const { count, values } = points;
    const range = points.range(colour) ?? [0, 1];
    const positions = new Float32Array(3 * count);
    const colours = new Uint8Array(3 * count);
    for (let i = 0; i < count; i++) {
      const at = i * SPACE_POINT_FLOATS;
      positions.set(values.subarray(at, at + 3), 3 * i);
      colours.set(colourAt(points.shareOf(i, colour, range)), 3 * i);
    }
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(positions, 3));
    geometry.setAttribute('color', new BufferAttribute(linear(colours), 3));
    this.#points.geometry.dispose();
    this.#points.geometry = geometry;
    this.#draw();
  }

  /** `picture` null: the outline alone. */
  setPlane(plane: SpacePlane | null, picture: PlanePicture | null): void {
    const isFirst = this.#plane === null && plane !== null;
    this.#plane = plane;
    this.#outline.visible = plane !== null;
    this.#picture.visible = plane !== null && picture !== null;
    if (plane !== null) {
      const corners = cornersOf(plane);
      for (const { geometry } of [this.#picture, this.#outline]) {
        (geometry.getAttribute('position') as BufferAttribute).set(corners).needsUpdate = true;
      }
    }
    if (picture !== null) {
      this.#setTexture(picture);
    }
    if (isFirst) {
      this.resetCamera();
    }
    this.#draw();
  }

  /** Everything in sight, the transducer's side on top. */
  resetCamera(): void {
    const plane = this.#plane;
    if (plane === null) {
      return;
    }
    const axis = (column: 0 | 1): Vector3 =>
      new Vector3(...[0, 4, 8].map((row) => plane.imageToReference[row + column] as number)).normalize();
    const [along, down] = [axis(0), axis(1)];
    const box = new Box3().setFromArray([...cornersOf(plane)]);
    if (this.#points.geometry.hasAttribute('position')) {
      this.#points.geometry.computeBoundingBox();
      const cloud = this.#points.geometry.boundingBox;
      if (cloud !== null && !cloud.isEmpty()) {
        box.union(cloud);
      }
    }
    const centre = box.getCenter(new Vector3());
    const across = new Vector3().crossVectors(along, down);
    const from = across.multiplyScalar(-1).addScaledVector(down, -0.55).addScaledVector(along, 0.6).normalize();
    this.#camera.up.copy(down).negate();
    this.#camera.position.copy(centre).addScaledVector(from, 1000);
    this.#camera.zoom = (this.#camera.top - this.#camera.bottom) / (box.getSize(new Vector3()).length() * MARGIN);
    this.#camera.updateProjectionMatrix();
    // Orbit controls take over the camera's upright once, when they are made.
    this.#controls.dispose();
    this.#controls = this.#newControls(centre);
    this.#draw();
  }

  resize(width: number, height: number): void {
    if (width === 0 || height === 0) {
      return;
    }
    this.#renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2));
    this.#renderer.setSize(width, height, false);
    this.#height = height;
    const halfWidth = (50 * width) / height;
    this.#camera.left = -halfWidth;
    this.#camera.right = halfWidth;
    this.#camera.updateProjectionMatrix();
    this.#draw();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#controls.dispose();
    this.#texture?.dispose();
    for (const { geometry, material } of [this.#points, this.#picture, this.#outline]) {
      geometry.dispose();
      material.dispose();
    }
    this.#renderer.dispose();
  }

  #newControls(target: Vector3): OrbitControls {
    const controls = new OrbitControls(this.#camera, this.#renderer.domElement);
    controls.target.copy(target);
    controls.update();
    controls.addEventListener('change', () => this.#draw());
    return controls;
  }

  #setTexture({ size: [columns, rows], rgba }: PlanePicture): void {
    const isSameSize = this.#texture?.image.width === columns && this.#texture.image.height === rows;
    if (this.#texture === null || !isSameSize) {
      this.#texture?.dispose();
      this.#texture = new DataTexture(rgba, columns, rows);
      this.#texture.colorSpace = SRGBColorSpace;
      this.#picture.material.map = this.#texture;
      this.#picture.material.needsUpdate = true;
    }
    this.#texture.image.data = rgba;
    this.#texture.needsUpdate = true;
  }

  #draw(): void {
    if (this.#isDrawPending) {
      return;
    }
    this.#isDrawPending = true;
    requestAnimationFrame(() => {
      this.#isDrawPending = false;
      if (this.#isDisposed) {
        return;
      }
      const pixelsPerMm = (this.#height * this.#camera.zoom) / (this.#camera.top - this.#camera.bottom);
      const ratio = this.#renderer.getPixelRatio();
      this.#points.material.size = Math.max(MIN_POINT_PIXELS, POINT_MM * pixelsPerMm) * ratio;
      this.#renderer.render(this.#scene, this.#camera);
      this.#onView(pixelsPerMm);
    });
  }
}

/** The picture's outer corners: half a pixel beyond the centres of its first and last pixels. */
function cornersOf({ size: [columns, rows], imageToReference: m }: SpacePlane): Float32Array {
  const corners = [
    [-0.5, -0.5],
    [columns - 0.5, -0.5],
    [columns - 0.5, rows - 0.5],
    [-0.5, rows - 0.5],
  ] as const;
  const at = (index: number): number => m[index] as number;
  return Float32Array.from(
    corners.flatMap(([x, y]) => [0, 4, 8].map((row) => at(row) * x + at(row + 1) * y + at(row + 3))),
  );
}

/** sRGB bytes as the linear numbers three.js mixes colours in. */
function linear(bytes: Uint8Array): Float32Array {
  return Float32Array.from(bytes, (byte) => LINEAR[byte] as number);
}

const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});
