import {
  DataTexture,
  GLSL3,
  Mesh,
  NearestFilter,
  OrthographicCamera,
  PlaneGeometry,
  RawShaderMaterial,
  RedFormat,
  RGBFormat,
  Scene,
  UnsignedByteType,
  Vector3,
  WebGLRenderer,
} from 'three';
import { type DisplayFrame, unpackMask } from '../../src-shared/index.ts';
import { MASK_COLOURS, type MaskStyle, showsMask } from './palette.ts';
import type { PictureRenderer, WebglAbility } from './picture-renderer.ts';

// Picture rows run downwards, the frame buffer's upwards.
const VERTEX = `
in vec3 position;
out vec2 place;
void main() {
  gl_Position = vec4(position.xy, 0.0, 1.0);
  place = vec2(0.5 + 0.5 * position.x, 0.5 - 0.5 * position.y);
}`;

// The canvas has the source's size: `place` comes to the middle of a texel, which the nearest one is taken of. One canvas
// pixel is one source pixel, never interpolated. Drawn in software, looking up by whole numbers takes nearly twice as
// long, and what a pixel decides is dear: gray or coloured, with a mask or without, are programs of their own.
const FRAGMENT = `
precision highp float;
uniform highp sampler2D picture;
#ifdef MASKED
uniform highp sampler2D mask;
uniform float opacity;
uniform vec3 maskColour;
#endif
in vec2 place;
out vec4 colour;
void main() {
#ifdef GRAY
  vec3 shown = texture(picture, place).rrr;
#else
  vec3 shown = texture(picture, place).rgb;
#endif
#ifdef MASKED
  shown = mix(shown, maskColour, step(0.5, texture(mask, place).r) * opacity);
#endif
  colour = vec4(shown, 1.0);
}`;

/** The WebGL path: R8 textures for gray pictures and masks, written in place with one texSubImage2D each. */
export class WebglRenderer implements PictureRenderer {
  readonly kind = 'webgl';
  readonly #renderer: WebGLRenderer;
  readonly #canvas: OffscreenCanvas;
  readonly #scene = new Scene();
  readonly #camera = new OrthographicCamera();
  readonly #materials = {
    gray: newMaterial({ GRAY: '' }),
    maskedGray: newMaterial({ GRAY: '', MASKED: '' }),
    coloured: newMaterial({}),
    maskedColoured: newMaterial({ MASKED: '' }),
  };
  readonly #mesh = new Mesh(new PlaneGeometry(2, 2), this.#materials.gray);
  #size: readonly [columns: number, rows: number] = [0, 0];
  #components: 1 | 3 = 1;
  #picture: DataTexture | null = null;
  #mask: DataTexture | null = null;
  #maskPixels = new Uint8Array(0);

  /** @param onLost the context is gone: this renderer and its canvas draw nothing any more. */
  constructor(canvas: OffscreenCanvas, onLost: () => void) {
    this.#canvas = canvas;
    this.#renderer = new WebGLRenderer({ canvas, alpha: false, antialias: false, depth: false, stencil: false });
    this.#renderer.autoClear = false;
    canvas.addEventListener('webglcontextlost', onLost);
    this.#mesh.frustumCulled = false;
    this.#scene.add(this.#mesh);
  }

  resize(size: readonly [columns: number, rows: number]): void {
    if (this.#size[0] === size[0] && this.#size[1] === size[1]) {
      return;
    }
    this.#size = [size[0], size[1]];
    this.#renderer.setSize(size[0], size[1], false);
    this.#releaseTextures();
  }

  draw(frame: DisplayFrame, style: MaskStyle): void {
    this.resize(frame.size);
    if (frame.components !== this.#components) {
      this.#components = frame.components;
      this.#releaseTextures();
    }
    this.#picture ??= this.#newTexture(frame.components);
    this.#mask ??= this.#newTexture(1);
    this.#picture.image.data = frame.pixels as Uint8Array<ArrayBuffer>;
    this.#picture.needsUpdate = true;
    const masked = frame.maskBits !== null && showsMask(style);
    if (masked) {
      unpackMask(frame.maskBits, this.#maskPixels, 255);
      this.#mask.image.data = this.#maskPixels;
      this.#mask.needsUpdate = true;
    }
    const { gray, maskedGray, coloured, maskedColoured } = this.#materials;
    const [plain, overlaid] = frame.components === 1 ? [gray, maskedGray] : [coloured, maskedColoured];
    const material = masked ? overlaid : plain;
    setUniform(material, 'picture', this.#picture);
    if (masked) {
      setUniform(material, 'mask', this.#mask);
      setUniform(material, 'maskColour', new Vector3(...MASK_COLOURS[style.colour]).divideScalar(255));
      setUniform(material, 'opacity', style.opacity);
    }
    this.#mesh.material = material;
    this.#renderer.render(this.#scene, this.#camera);
  }

  clear(): void {
    this.#renderer.setClearColor(0x000000, 1);
    this.#renderer.clear();
  }

  readBack(): Uint8ClampedArray<ArrayBuffer> {
    const [columns, rows] = this.#size;
    const gl = this.#renderer.getContext();
    const upwards = new Uint8Array(columns * rows * 4);
    gl.readPixels(0, 0, columns, rows, gl.RGBA, gl.UNSIGNED_BYTE, upwards);
    const downwards = new Uint8ClampedArray(upwards.length);
    const stride = columns * 4;
    for (let row = 0; row < rows; row++) {
      downwards.set(upwards.subarray(row * stride, (row + 1) * stride), (rows - 1 - row) * stride);
    }
    return downwards;
  }

  /** Makes the context go away as a driver reset would: for the tests of what happens then. */
  loseContext(): void {
    this.#renderer.forceContextLoss();
  }

  dispose(): void {
    this.#releaseTextures();
    this.#mesh.geometry.dispose();
    for (const material of Object.values(this.#materials)) {
      material.dispose();
    }
    this.#renderer.dispose();
    this.#canvas.width = 1;
    this.#canvas.height = 1;
  }

  #newTexture(components: 1 | 3): DataTexture {
    const [columns, rows] = this.#size;
    const bytes = new Uint8Array(columns * rows * components);
    if (components === 1) {
      this.#maskPixels = new Uint8Array(columns * rows);
    }
    const format = components === 1 ? RedFormat : RGBFormat;
    const texture = new DataTexture(bytes, columns, rows, format, UnsignedByteType);
    texture.minFilter = NearestFilter;
    texture.magFilter = NearestFilter;
    texture.generateMipmaps = false;
    // Rows of an odd width are not padded.
    texture.unpackAlignment = 1;
    if (components === 3) {
      texture.internalFormat = 'RGB8';
    }
    texture.needsUpdate = true;
    return texture;
  }

  #releaseTextures(): void {
    this.#picture?.dispose();
    this.#mask?.dispose();
    this.#picture = null;
    this.#mask = null;
  }
}

function newMaterial(defines: Record<string, string>): RawShaderMaterial {
  return new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    defines,
    depthTest: false,
    depthWrite: false,
    uniforms: {
      picture: { value: null },
      mask: { value: null },
      opacity: { value: 0 },
      maskColour: { value: new Vector3() },
    },
  });
}

function setUniform(material: RawShaderMaterial, name: string, value: unknown): void {
  const uniform = material.uniforms[name];
  if (uniform !== undefined) {
    uniform.value = value;
  }
}

/** What WebGL 2 there is, asked of a throw-away canvas: a canvas that once had a WebGL context can never have a 2-D one. */
export function webglAbility(): WebglAbility {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (gl === null) {
    return { renderer: null };
  }
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer: unknown = gl.getParameter(unmasked === null ? gl.RENDERER : unmasked.UNMASKED_RENDERER_WEBGL);
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return { renderer: String(renderer) };
}
