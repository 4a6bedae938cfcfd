/** What has to be fetched for a data set, and on whose terms. Nothing is said where nothing is. */
export interface SetSource {
  /** How much it is, for people. */
  readonly size?: string;
  /** What it is, where it is got by hand. */
  readonly byHand?: string;
  /** Licence note, for people. */
  readonly terms?: string;
}

const downsampledImagenet: SetSource = {
  byHand: "Downsampled ImageNet, train and val",
  size: "unpacked 4 GB (32 px) or 16 GB (64 px)",
  terms: "ImageNet's: research and education, not commercial; an account is needed",
};

/** Sources of all data sets, by their names in `setInfos`. */
export const setSources: Readonly<Record<string, SetSource>> = {
  synthetic: {},
  cifar10: {
    size: "170 MB",
    terms: "none stated; cite Krizhevsky 2009",
  },
  cifar100: {
    size: "169 MB",
    terms: "none stated; cite Krizhevsky 2009",
  },
  stl10: {
    size: "2.6 GB",
    terms: "images are from ImageNet: research, not commercial; cite Coates et al. 2011",
  },
  svhn: {
    size: "246 MB",
    terms: "not commercial; cite Netzer et al. 2011",
  },
  imagenet127: downsampledImagenet,
  imagenet1k: downsampledImagenet,
  food101: {
    size: "5.0 GB",
    terms:
      "images belong to their authors (Foodspotting); scientific use; cite Bossard et al. 2014",
  },
  "semi-aves": {
    byHand: "images and lists of `semi_fgvc`",
    size: "8 or 32 GB when packed",
    terms: "images belong to their authors (iNaturalist): not commercial; cite Su et al. 2021",
  },
  eurosat: {
    size: "94 MB",
    terms: "MIT; Sentinel data are free (Copernicus)",
  },
  tissuemnist: { size: "125 MB", terms: "CC BY 4.0" },
  folder: {},
};
