// The derivative of a step on the way, named after it; settings beside the argument; positions that are computed.
const activations = {
  HARD_SWISH: (x, derivate) => { //: activation
    let gate, dGate;
    if (x <= -3) {
      gate = 0;
      dGate = 0;
    } else if (x >= 3) {
      gate = 1;
      dGate = 0;
    } else {
      gate = x / 6 + 0.5;
      dGate = 1 / 6;
    }
    if (derivate) {
      return gate + x * dGate; //: right
    }
    return x * gate;
  },
  WRONG_HARD_SWISH: (x, derivate) => { //: activation
    let gate, dGate;
    if (x <= -3) {
      gate = 0;
      dGate = 0;
    } else if (x >= 3) {
      gate = 1;
      dGate = 0;
    } else {
      gate = x / 6 + 0.5;
      dGate = 1 / 6;
    }
    if (derivate) {
      return gate + dGate; //: wrong
    }
    return x * gate;
  },
};

function softPower(val, param) { //: activation
  if (param < 0) {
    return -Math.log(1 - param * (val + param)) / param;
  }
  if (param > 0) {
    return (Math.exp(param * val) - 1) / param + param;
  }
  return val;
}

function softPowerPrime(val, param) { //: right
  if (param < 0) {
    return 1 / (1 - param * (param + val));
  }
  return Math.exp(param * val);
}

class Grid {
  constructor(sx, sy, sz) {
    this.sx = sx;
    this.sz = sz;
    this.w = new Float32Array(sx * sy * sz);
    this.dw = new Float32Array(sx * sy * sz);
  }
  set(x, y, z, value) {
    return (this.w[(this.sx * y + x) * this.sz + z] = value);
  }
  add(x, y, z, value) {
    return (this.w[(this.sx * y + x) * this.sz + z] += value);
  }
  addGrad(x, y, z, value) {
    return (this.dw[(this.sx * y + x) * this.sz + z] += value);
  }
}

class Sparse {
  respond(unit, input) {
    const sum = input.keys.reduce((total, key) => total + input.data[key] * unit.weights[key], unit.bias);
    return sum <= 0 ? 0 : this.settings.alpha * sum;
  }
}
