import { BadInput } from "../../core/bad_input.ts";
import { named } from "../../core/names.ts";
import type { Fit } from "../images/resize.ts";
import type { Download } from "../store/work.ts";

/** What has to be fetched for a data set, and on whose terms. Nothing is said where nothing is. */
export interface SetSource {
  /** How much it is, for people. */
  readonly size?: string;
  /** What it is, where it is got by hand. */
  readonly byHand?: string;
  /** Licence note, for people. */
  readonly terms?: string;
}

/** What is known of a data set before a file is opened. */
export interface SetInfo {
  readonly title: string;
  /** Undefined where the user's files decide. */
  readonly classes?: number;
  /** Whether the images are the user's own, of which no paper knows. */
  readonly own?: true;
  /** Whether the classes have a long tail by nature, which splits keep unless told otherwise. */
  readonly naturalTail?: true;
  /** Image sizes it has, in pixels, its usual one first; or the range it can be resized to. */
  readonly sizes: readonly number[] | {
    readonly usual: number;
    readonly from: number;
    readonly to: number;
  };
  /** Folders below `--data-dir` where its files usually lie; `SIZE` stands for the image size. */
  readonly folders: readonly string[];
  /** A file or folder that its folder must hold; null for a set without files. */
  readonly marker: string | null;
  /** Whether it is read from a packed store. */
  readonly packed: boolean;
  /** Whether published runs start from a network that was trained on ImageNet. */
  readonly pretrained?: true;
  /** How images that are no squares become squares. */
  readonly fit?: Fit;
  readonly mean?: readonly [number, number, number];
  readonly std?: readonly [number, number, number];
  readonly downloads: readonly Download[];
  /** More unpacked bytes than this are refused. */
  readonly unpackedLimit?: number;
  readonly source?: SetSource;
  /** How to get it by hand, if it has no public address. */
  readonly byHand?: string;
}

const anySize = (usual: number) => ({ usual, from: 8, to: 512 });
const GIB = 2 ** 30;
const cifar10Norm = {
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.2471, 0.2435, 0.2616],
} as const;
const imagenetNorm = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const smallImagenetNorm = {
  mean: [0.48109809, 0.45747185, 0.40785507],
  std: [0.26040889, 0.2532126, 0.26820634],
} as const;
const halfNorm = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
const imagenetFolders = (classes: string) => [
  `small_imagenet_${classes}_SIZE`,
  `small_imagenet${classes}-SIZExSIZE`,
  "imagenetSIZE",
  "ImagenetSIZE_train",
];
const imagenetByHand =
  "register at https://image-net.org/download-images.php, get 'Downsampled ImageNet' (train and " +
  "val) in the size you want and unzip both into one folder";

const imagenetSource: SetSource = {
  byHand: "Downsampled ImageNet, train and val",
  size: "unpacked 4 GB (32 px) or 16 GB (64 px)",
  terms: "ImageNet's: research and education, not commercial; an account is needed",
};

/** This server may speak no https; the SHA-256 tells its files from others. */
const housenumbers = (file: string) => [
  `https://ufldl.stanford.edu/housenumbers/${file}`,
  `http://ufldl.stanford.edu/housenumbers/${file}`,
];

/** A row a data set. `set_code_deno.ts` must have its code, or the compiler complains. */
const rows = {
  synthetic: {
    title: "ten procedural shapes and textures",
    classes: 10,
    sizes: [32, 16],
    folders: [],
    marker: null,
    packed: false,
    downloads: [],
  },
  cifar10: {
    title: "CIFAR-10",
    classes: 10,
    sizes: [32],
    folders: ["cifar-10-batches-bin"],
    marker: "data_batch_1.bin",
    packed: false,
    ...cifar10Norm,
    source: { size: "170 MB", terms: "none stated; cite Krizhevsky 2009" },
    downloads: [{
      urls: ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"],
      file: "cifar-10-binary.tar.gz",
      bytes: 170_052_171,
      sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    }],
    unpackedLimit: GIB,
  },
  cifar100: {
    title: "CIFAR-100, fine labels",
    classes: 100,
    sizes: [32],
    folders: ["cifar-100-binary"],
    marker: "train.bin",
    packed: false,
    mean: [0.5071, 0.4867, 0.4408],
    std: [0.2675, 0.2565, 0.2761],
    source: { size: "169 MB", terms: "none stated; cite Krizhevsky 2009" },
    downloads: [{
      urls: ["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"],
      file: "cifar-100-binary.tar.gz",
      bytes: 168_513_733,
      sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    }],
    unpackedLimit: GIB,
  },
  stl10: {
    title: "STL-10 with its unlabeled part",
    classes: 10,
    sizes: anySize(32),
    folders: ["stl10_binary"],
    marker: "train_X.bin",
    packed: true,
    ...cifar10Norm,
    source: {
      size: "2.6 GB",
      terms: "images are from ImageNet: research, not commercial; cite Coates et al. 2011",
    },
    downloads: [{
      urls: [
        "https://cs.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
        "https://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
      ],
      file: "stl10_binary.tar.gz",
      bytes: 2_640_397_119,
      sha256: "f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866",
    }],
    unpackedLimit: 8 * GIB,
  },
  svhn: {
    title: "SVHN, cropped digits",
    classes: 10,
    sizes: anySize(32),
    folders: ["svhn"],
    marker: "train_32x32.mat",
    packed: true,
    mean: [0.4377, 0.4438, 0.4728],
    std: [0.198, 0.201, 0.197],
    source: { size: "246 MB", terms: "not commercial; cite Netzer et al. 2011" },
    downloads: [
      {
        urls: housenumbers("train_32x32.mat"),
        file: "train_32x32.mat",
        bytes: 182_040_794,
        sha256: "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
      },
      {
        urls: housenumbers("test_32x32.mat"),
        file: "test_32x32.mat",
        bytes: 64_275_384,
        sha256: "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
      },
    ],
  },
  imagenet127: {
    title: "small-ImageNet-127",
    classes: 127,
    naturalTail: true,
    sizes: [32, 64],
    folders: imagenetFolders("127"),
    marker: "train_data_batch_1",
    packed: true,
    ...smallImagenetNorm,
    source: imagenetSource,
    downloads: [],
    byHand: imagenetByHand,
  },
  imagenet1k: {
    title: "small-ImageNet-1k",
    classes: 1000,
    sizes: [32, 64],
    folders: imagenetFolders("1k"),
    marker: "train_data_batch_1",
    packed: true,
    ...smallImagenetNorm,
    source: imagenetSource,
    downloads: [],
    byHand: imagenetByHand,
  },
  "imagenet-lt": {
    title: "ImageNet-LT",
    classes: 1000,
    naturalTail: true,
    sizes: anySize(256),
    folders: ["ImageNet_LT", "imagenet-lt", "imagenet"],
    marker: "ImageNet_LT_train.txt",
    packed: true,
    fit: "cover",
    ...imagenetNorm,
    source: {
      byHand: "ImageNet's photographs and three lists",
      size: "36 GB when packed",
      terms: "ImageNet's: research and education, not commercial; cite Liu et al. 2019",
    },
    downloads: [],
    byHand:
      "lay ILSVRC 2012's `train` (a folder a class) and `val` (images without folders) beside " +
      "the lists ImageNet_LT_train.txt, ImageNet_LT_val.txt and ImageNet_LT_test.txt of " +
      "https://github.com/emasa/BalPoE-CalibratedLT (data_txt/ImageNet_LT) in one folder",
  },
  inaturalist2018: {
    title: "iNaturalist 2018",
    classes: 8142,
    naturalTail: true,
    sizes: anySize(256),
    folders: ["iNaturalist18", "inaturalist2018", "iNaturalist"],
    marker: "iNaturalist18_train.txt",
    packed: true,
    fit: "cover",
    mean: [0.466, 0.471, 0.38],
    std: [0.195, 0.194, 0.192],
    source: {
      byHand: "photographs of the 2018 competition and two lists",
      size: "91 GB when packed",
      terms: "images belong to their authors: not commercial; cite Van Horn et al. 2018",
    },
    downloads: [],
    byHand:
      "lay `train_val2018` of https://github.com/visipedia/inat_comp/tree/master/2018 beside the " +
      "lists iNaturalist18_train.txt and iNaturalist18_val.txt of " +
      "https://github.com/emasa/BalPoE-CalibratedLT (data_txt/iNaturalist18) in one folder",
  },
  food101: {
    title: "Food-101",
    classes: 101,
    sizes: anySize(256),
    folders: ["food-101"],
    marker: "meta/train.json",
    packed: true,
    fit: "cover",
    ...imagenetNorm,
    source: {
      size: "5.0 GB",
      terms:
        "images belong to their authors (Foodspotting); scientific use; cite Bossard et al. 2014",
    },
    downloads: [{
      urls: ["https://data.vision.ee.ethz.ch/cvl/food-101.tar.gz"],
      file: "food-101.tar.gz",
      bytes: 4_996_278_331,
      sha256: "d97d15e438b7f4498f96086a4f7e2fa42a32f2712e87d3295441b2b6314053a4",
    }],
    unpackedLimit: 16 * GIB,
  },
  "semi-aves": {
    title: "Semi-Aves (semi_fgvc)",
    classes: 200,
    pretrained: true,
    naturalTail: true,
    sizes: anySize(256),
    folders: ["semi_fgvc", "semi_aves", "semi-aves"],
    marker: "l_train_val.txt",
    packed: true,
    fit: "squash",
    ...imagenetNorm,
    source: {
      byHand: "images and lists of `semi_fgvc`",
      size: "8 or 32 GB when packed",
      terms: "images belong to their authors (iNaturalist): not commercial; cite Su et al. 2021",
    },
    downloads: [],
    byHand: "follow https://github.com/cvl-umass/ssl-evaluation for images and lists " +
      "(trainval_images, u_train_in, u_train_out, test and l_train_val.txt, u_train_in.txt, " +
      "u_train.txt, test.txt) and put them into one folder",
  },
  eurosat: {
    title: "EuroSAT (RGB)",
    classes: 10,
    sizes: anySize(64),
    folders: ["2750", "EuroSAT_RGB", "eurosat/2750", "EuroSAT/2750"],
    marker: "AnnualCrop",
    packed: true,
    fit: "squash",
    ...halfNorm,
    source: { size: "94 MB", terms: "MIT; Sentinel data are free (Copernicus)" },
    downloads: [{
      urls: [
        "https://madm.dfki.de/files/sentinel/EuroSAT.zip",
        "https://huggingface.co/datasets/torchgeo/eurosat/resolve/main/EuroSAT.zip",
      ],
      file: "EuroSAT.zip",
      bytes: 94_280_567,
      sha256: "8ebea626349354c5328b142b96d0430e647051f26efc2dc974c843f25ecf70bd",
    }],
    unpackedLimit: GIB,
  },
  tissuemnist: {
    title: "TissueMNIST",
    classes: 8,
    sizes: anySize(32),
    folders: ["tissuemnist", "medmnist"],
    marker: "tissuemnist.npz",
    packed: true,
    ...halfNorm,
    source: { size: "125 MB", terms: "CC BY 4.0" },
    downloads: [{
      urls: ["https://zenodo.org/records/10519652/files/tissuemnist.npz?download=1"],
      file: "tissuemnist.npz",
      limit: GIB / 4,
      md5: "ebe78ee8b05294063de985d821c1c34b",
    }],
  },
  folder: {
    title: "your own images",
    own: true,
    naturalTail: true,
    sizes: anySize(32),
    folders: [],
    marker: ".",
    packed: true,
    fit: "cover",
    ...halfNorm,
    downloads: [],
    byHand: "lay your images out as train/<class>/*.jpg|png, test/<class>/*, and unlabeled/** if " +
      "there are any; or list them in train.csv, test.csv and unlabeled.csv",
  },
} satisfies Readonly<Record<string, SetInfo>>;

/** All data sets by name, in the order in which `list` prints them. */
export const setInfos: Readonly<Record<string, SetInfo>> = rows;

type Row = typeof rows;

/** Name of a data set that is read from a packed store. */
export type PackedName = { [K in keyof Row]: Row[K]["packed"] extends true ? K : never }[keyof Row];

/** Name of a data set that is read as it is. */
export type UnpackedName = Exclude<keyof Row, PackedName>;

/** Names of all data sets. */
export const datasetNames: readonly string[] = Object.keys(setInfos);

/** The size a set has unless another is asked for. */
export function usualSize({ sizes }: SetInfo): number {
  return "usual" in sizes ? sizes.usual : sizes[0]!; // every set has a size
}

/**
 * Checks an image size.
 *
 * @throws {BadInput} If the set cannot have it.
 */
export function checkSize(name: string, size: number): void {
  const { sizes } = infoOf(name);
  const ranged = "usual" in sizes;
  const good = ranged
    ? Number.isInteger(size) && size >= sizes.from && size <= sizes.to
    : sizes.includes(size);
  if (good) return;
  const allowed = ranged ? `${sizes.from} to ${sizes.to} px` : `${sizes.join(" or ")} px`;
  throw new BadInput(`Cannot have data set '${name}' at ${size} px: it comes at ${allowed}`);
}

/**
 * What is known of a data set.
 *
 * @throws {BadInput} If there is none of that name.
 */
export const infoOf: (name: string) => SetInfo = named(Object.entries(setInfos), "data set");

/** Whether a data set is the user's own, or one that no table knows. */
export function isOwnData(name: string): boolean {
  return !Object.hasOwn(setInfos, name) || setInfos[name]!.own === true; // just asked
}

/** Folders below `--data-dir` where the files of a set may lie. */
export function innerFolders({ folders }: SetInfo, size: number): string[] {
  return folders.map((folder) => folder.replaceAll("SIZE", String(size)));
}
