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

const VERTEX = `
in vec3 position;
void main() {
  gl_Position = vec4(position.xy, 0.0, 1.0);
}`;

// texelFetch by the fragment's own place: one canvas pixel is one source pixel by construction, never interpolated.
// Picture rows run downwards, the frame buffer's upwards.
const FRAGMENT = `
precision highp float;
precision highp int;
uniform highp sampler2D picture;
uniform highp sampler2D mask;
uniform int rows;
uniform bool isGray;
uniform float opacity;
uniform vec3 maskColour;
out vec4 colour;
void main() {
  ivec2 place = ivec2(int(gl_FragCoord.x), rows - 1 - int(gl_FragCoord.y));
  vec4 texel = texelFetch(picture, place, 0);
  vec3 shown = isGray ? texel.rrr : texel.rgb;
  float bone = opacity > 0.0 ? step(0.5, texelFetch(mask, place, 0).r) : 0.0;
  colour = vec4(mix(shown, maskColour, bone * opacity), 1.0);
}`;

/** The WebGL path: R8 textures for gray pictures and masks, written in place with one texSubImage2D each. */
export class WebglRenderer implements PictureRenderer {
  readonly kind = 'webgl';
  readonly #renderer: WebGLRenderer;
  readonly #canvas: OffscreenCanvas;
  readonly #scene = new Scene();
  readonly #camera = new OrthographicCamera();
  readonly #material: RawShaderMaterial;
  readonly #quad = new PlaneGeometry(2, 2);
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
    this.#material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      depthTest: false,
      depthWrite: false,
      uniforms: {
        picture: { value: null },
        mask: { value: null },
        rows: { value: 0 },
        isGray: { value: true },
        opacity: { value: 0 },
        maskColour: { value: new Vector3() },
      },
    });
    const mesh = new Mesh(this.#quad, this.#material);
    mesh.frustumCulled = false;
    this.#scene.add(mesh);
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
    this.#setUniform('picture', this.#picture);
    this.#setUniform('mask', this.#mask);
    this.#setUniform('rows', frame.size[1]);
    this.#setUniform('isGray', frame.components === 1);
    this.#setUniform('maskColour', new Vector3(...MASK_COLOURS[style.colour]).divideScalar(255));
    this.#setUniform('opacity', masked ? style.opacity : 0);
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
    this.#quad.dispose();
    this.#material.dispose();
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

  #setUniform(name: string, value: unknown): void {
    const uniform = this.#material.uniforms[name];
    if (uniform !== undefined) {
      uniform.value = value;
    }
  }

  #releaseTextures(): void {
    this.#picture?.dispose();
    this.#mask?.dispose();
    this.#picture = null;
    this.#mask = null;
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
