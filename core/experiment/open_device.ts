export { requestDevice as openDevice } from "../autograd/request_device.ts";
