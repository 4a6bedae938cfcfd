/**
 * Networks and how they learn.
 *
 * @module
 */
export {
  Builder,
  type ConvLayer,
  type ConvOptions,
  type Layer,
  type LinearOptions,
  type Norm,
  type NormOptions,
  type Pass,
} from "./builder.ts";
export { cosineLayer } from "./expert_heads.ts";
export { DECAY_RULES, type DecayRule, isDecayed } from "./optimizer.ts";
export { expertResNet, type ExpertResNetOptions } from "./expert_resnet.ts";
export { expertResNet50, type ExpertResNet50Options } from "./expert_resnet_50.ts";
export {
  constant,
  drawInit,
  type Init,
  kaimingNormal,
  torchDefault,
  unitColumns,
  xavierNormal,
} from "./init.ts";
export { type Body, type Model, type ModelInput } from "./model.ts";
export { MODEL_NAMES, modelByName } from "./model_registry.ts";
export {
  type AdamOptions,
  Optimizer,
  type OptimizerOptions,
  type ParameterRule,
  type SgdOptions,
  type UpdateOptions,
} from "./optimizer.ts";
export {
  type BufferSpec,
  FlatLayout,
  type Layout,
  ParameterSet,
  type ParameterSpec,
  type Weights,
} from "./parameters.ts";
export { type StemSize } from "./residual_stage.ts";
export { resNet, type ResNetDepth, type ResNetOptions } from "./resnet.ts";
export * from "./schedules/mod.ts";
export { smallCnn } from "./small_cnn.ts";
export { exportStateDict, type ImportOptions, importStateDict } from "./state_dict.ts";
export {
  WIDE_RESNET_VARIANTS,
  wideResNet,
  type WideResNetOptions,
  type WideResNetVariant,
} from "./wide_resnet.ts";
