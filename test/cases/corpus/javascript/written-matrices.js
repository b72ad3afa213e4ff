// A class of matrices in the file, whose products are what its methods compute.

class Matrix {
  constructor(rows, columns) {
    this.rows = rows;
    this.columns = columns;
    this.data = Array.from({ length: rows }, () => new Array(columns).fill(0));
  }

  static fromArray(values) {
    const made = new Matrix(values.length, 1);
    values.forEach((value, k) => {
      made.data[k][0] = value;
    });
    return made;
  }

  map(f) {
    this.data = this.data.map((row) => row.map(f));
    return this;
  }

  static map(m, f) {
    const made = new Matrix(m.rows, m.columns);
    made.data = m.data.map((row) => row.map(f));
    return made;
  }

  static transpose(m) {
    const made = new Matrix(m.columns, m.rows);
    for (let i = 0; i < m.rows; i++) for (let j = 0; j < m.columns; j++) made.data[j][i] = m.data[i][j];
    return made;
  }

  static subtract(a, b) {
    const made = new Matrix(a.rows, a.columns);
    for (let i = 0; i < a.rows; i++)
      for (let j = 0; j < a.columns; j++) made.data[i][j] = a.data[i][j] - b.data[i][j];
    return made;
  }

  static dot(a, b) {
    const made = new Matrix(a.rows, b.columns);
    for (let i = 0; i < a.rows; i++)
      for (let j = 0; j < b.columns; j++) {
        let sum = 0;
        for (let k = 0; k < a.columns; k++) sum += a.data[i][k] * b.data[k][j];
        made.data[i][j] = sum;
      }
    return made;
  }

  static multiply(a, b) {
    const made = new Matrix(a.rows, a.columns);
    for (let i = 0; i < a.rows; i++)
      for (let j = 0; j < a.columns; j++) made.data[i][j] = a.data[i][j] * b.data[i][j];
    return made;
  }

  add(other) {
    for (let i = 0; i < this.rows; i++)
      for (let j = 0; j < this.columns; j++) this.data[i][j] += other.data[i][j];
  }
}

class Unit {
  constructor(inputs, outputs) {
    this.weights = new Matrix(outputs, inputs);
    this.rate = 0.1;
  }

  train(sample, answers) {  //: propagate
    const input = Matrix.fromArray(sample);
    const target = Matrix.fromArray(answers);
    const output = Matrix.dot(this.weights, input).map((x) => 1 / (1 + Math.exp(-x)));
    const error = Matrix.subtract(target, output);
    const slopes = Matrix.map(output, (y) => y * (1 - y));
    const weightDeltas = Matrix.dot(Matrix.multiply(slopes, error), Matrix.transpose(input));  //: right
    this.weights.add(weightDeltas);
  }
}
