/** Class names of CIFAR-10, by label. */
export const cifar10Classes: readonly string[] = words(
  "airplane automobile bird cat deer dog frog horse ship truck",
);

/** Fine class names of CIFAR-100, by label. */
export const cifar100Classes: readonly string[] = words(
  `apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly
  camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile
  cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp
  lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom
  oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine
  possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake
  spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor
  train trout tulip turtle wardrobe whale willow_tree wolf woman worm`,
);

/** Class names of STL-10, by label. */
export const stl10Classes: readonly string[] = words(
  "airplane bird car cat deer dog horse monkey ship truck",
);

/** Class names of SVHN, by label. */
export const svhnClasses: readonly string[] = words("0 1 2 3 4 5 6 7 8 9");

/** Class names of TissueMNIST, by label. */
export const tissueClasses: readonly string[] = [
  "Collecting Duct, Connecting Tubule",
  "Distal Convoluted Tubule",
  "Glomerular endothelial cells",
  "Interstitial endothelial cells",
  "Leukocytes",
  "Podocytes",
  "Proximal Tubule Segments",
  "Thick Ascending Limb",
];

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
