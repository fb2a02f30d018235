"""A folder for transformers.js from a GGUF file of a small Llama-like model (SmolLM2), weights in float32: python -m choice.language_model IN.gguf OUT

Needs gguf and onnx beside the requirements. Written are config.json, generation_config.json, tokenizer.json, tokenizer_config.json and
onnx/model_q4.onnx, the name that the page's engine looks for.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from gguf import GGUFReader, dequantize
from onnx import TensorProto, helper, numpy_helper


class Source:
    """Fields and tensors of a GGUF file."""

    def __init__(self, file: str):
        reader = GGUFReader(file)
        self.fields = {name: field.contents() for name, field in reader.fields.items()}
        self.tensors = {tensor.name: tensor for tensor in reader.tensors}
        self.heads, self.kv_heads = (self.of('attention.' + name) for name in ('head_count', 'head_count_kv'))

    def of(self, name: str):
        return self.fields[f"{self.fields['general.architecture']}.{name}"]

    def weight(self, name: str) -> np.ndarray:
        """Float32, [out, in]; rows of queries and keys in the order of Hugging Face: halves of a head, not pairs."""
        tensor = self.tensors[name]
        shape = tuple(int(size) for size in reversed(tensor.shape))
        weight = dequantize(tensor.data, tensor.tensor_type).astype(np.float32).reshape(shape)
        heads = self.heads if 'attn_q.' in name else self.kv_heads if 'attn_k.' in name else 0
        if not heads:
            return weight
        return weight.reshape(heads, shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(shape)


def config_files(source: Source) -> dict[str, dict]:
    field = lambda name: source.fields['tokenizer.ggml.' + name]
    tokens = field('tokens')
    ids = {f'{name}_token_id': field(name + '_token_id') for name in ('bos', 'eos')}
    special = [{'id': i, 'content': tokens[i], 'special': True, 'normalized': False, 'single_word': False, 'lstrip': False, 'rstrip': False}
               for i, kind in enumerate(field('token_type')) if kind in (3, 4)]
    byte_level = {'type': 'ByteLevel', 'add_prefix_space': False, 'trim_offsets': True, 'use_regex': True}
    model = {'type': 'BPE', 'unk_token': None, 'byte_fallback': False, 'vocab': {token: i for i, token in enumerate(tokens)}, 'merges': list(field('merges'))}
    return {
        'config.json': {'model_type': 'llama', 'architectures': ['LlamaForCausalLM'], 'vocab_size': len(tokens), **ids,
                        'hidden_size': source.of('embedding_length'), 'num_hidden_layers': source.of('block_count'),
                        'num_attention_heads': source.heads, 'num_key_value_heads': source.kv_heads,
                        'head_dim': source.of('embedding_length') // source.heads},
        'generation_config.json': ids,
        'tokenizer.json': {'version': '1.0', 'truncation': None, 'padding': None, 'added_tokens': special, 'normalizer': None,
                           'pre_tokenizer': {'type': 'Sequence', 'pretokenizers': [{'type': 'Digits', 'individual_digits': True}, byte_level]},
                           'post_processor': None, 'decoder': byte_level, 'model': model},
        'tokenizer_config.json': {'tokenizer_class': 'GPT2Tokenizer', 'chat_template': source.fields['tokenizer.chat_template'],
                                  'bos_token': tokens[ids['bos_token_id']], 'eos_token': tokens[ids['eos_token_id']]},
    }


def network(source: Source) -> onnx.ModelProto:
    """Token ids and the cache of the tokens before to logits of every token and the grown cache."""
    nodes, constants, inputs, outputs = [], [], [], []
    width, layers, heads, kv_heads = source.of('embedding_length'), source.of('block_count'), source.heads, source.kv_heads
    size = width // heads

    def constant(name: str, values: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(op: str, sources: list[str], output: str, domain: str = '', **attributes) -> str:
        nodes.append(helper.make_node(op, sources, [output], name=output, domain=domain, **attributes))
        return output

    def linear(x: str, output: str, *names: str) -> str:
        weight = np.concatenate([source.weight(name) for name in names])
        return node('MatMul', [x, constant(output + '.weight', weight.T)], output)

    def norm(x: str, output: str, name: str) -> str:
        epsilon = source.of('attention.layer_norm_rms_epsilon')
        return node('SimplifiedLayerNormalization', [x, constant(output + '.weight', source.weight(name))], output, axis=-1, epsilon=epsilon, stash_type=1)

    def value(name: str, *shape, kind: int = TensorProto.FLOAT):
        return helper.make_tensor_value_info(name, kind, shape)

    for name, length in (('input_ids', 'sequence_length'), ('attention_mask', 'total_sequence_length')):
        inputs.append(value(name, 'batch_size', length, kind=TensorProto.INT64))
    outputs.append(value('logits', 'batch_size', 'sequence_length', len(source.fields['tokenizer.ggml.tokens'])))
    angles = np.outer(np.arange(source.of('context_length')), 1.0 / source.of('rope.freq_base') ** (np.arange(0, size, 2) / size))
    rotation = [constant('cos', np.cos(angles).astype(np.float32)), constant('sin', np.sin(angles).astype(np.float32))]
    one = constant('one', np.array([1], np.int64))
    last = node('Sub', [node('ReduceSum', ['attention_mask', one], 'tokens', keepdims=0), one], 'last')
    lengths = [node('Cast', [last], 'lengths', to=TensorProto.INT32)]
    total = node('Gather', [node('Shape', ['attention_mask'], 'sizes'), constant('second', np.array(1, np.int64))], 'total', axis=0)
    lengths.append(node('Cast', [total], 'length', to=TensorProto.INT32))

    embedding = constant('embedding', source.weight('token_embd.weight'))
    x = node('Gather', [embedding, 'input_ids'], 'embedded', axis=0)
    for i in range(layers):
        block, name = f'blk.{i}.', f'layer{i}'
        y = norm(x, name + '.norm1', block + 'attn_norm.weight')
        y = linear(y, name + '.qkv', *(f'{block}attn_{part}.weight' for part in 'qkv'))
        past, present = ([f'{when}.{i}.{part}' for part in ('key', 'value')] for when in ('past_key_values', 'present'))
        inputs += [value(each, 'batch_size', kv_heads, 'past_sequence_length', size) for each in past]
        outputs += [value(each, 'batch_size', kv_heads, 'total_sequence_length', size) for each in present]
        nodes.append(helper.make_node('GroupQueryAttention', [y, '', '', *past, *lengths, *rotation], [name + '.attention', *present],
                                      name=name + '.attention', domain='com.microsoft', num_heads=heads, kv_num_heads=kv_heads,
                                      scale=size ** -0.5, do_rotary=1, rotary_interleaved=0))
        x = node('Add', [x, linear(name + '.attention', name + '.out', block + 'attn_output.weight')], name + '.sum1')
        y = norm(x, name + '.norm2', block + 'ffn_norm.weight')
        gate, up = (linear(y, f'{name}.{part}', f'{block}ffn_{part}.weight') for part in ('gate', 'up'))
        silu = node('Mul', [gate, node('Sigmoid', [gate], name + '.sigmoid')], name + '.silu')
        y = linear(node('Mul', [silu, up], name + '.gated'), name + '.down', block + 'ffn_down.weight')
        x = node('Add', [x, y], name + '.sum2')
    x = norm(x, 'norm', 'output_norm.weight')
    node('MatMul', [x, node('Transpose', [embedding], 'head', perm=[1, 0])], 'logits')  # tied to the embedding
    graph = helper.make_graph(nodes, 'language_model', inputs, outputs, constants)
    opsets = [helper.make_opsetid('', 17), helper.make_opsetid('com.microsoft', 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def main(file: str, out: str) -> None:
    source = Source(file)
    if 'output.weight' in source.tensors:
        raise SystemExit(f'{file} has a head of its own; only models whose head is their embedding are written.')
    folder = Path(out)
    (folder / 'onnx').mkdir(parents=True, exist_ok=True)
    for name, content in config_files(source).items():
        (folder / name).write_text(json.dumps(content, ensure_ascii=False), encoding='utf-8')
    onnx.save(network(source), folder / 'onnx' / 'model_q4.onnx')


if __name__ == '__main__':
    main(*sys.argv[1:])
