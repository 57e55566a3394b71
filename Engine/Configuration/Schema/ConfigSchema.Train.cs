using PureLlm.Autograd.Memory;

namespace PureLlm.Engine.Configuration.Schema;

/// <content>[train], [eval], [checkpoint], [break]</content>
public static partial class ConfigSchema
{
    private static IEnumerable<ConfigKey> TrainKeys()
    {
        var train = new ConfigTable<TrainSection>("train", "", c => c.Train, (c, s) => c with { Train = s });
        yield return train.Key("budget", new BudgetType(allowsZero: false), s => s.Budget, (s, v) => s with { Budget = v },
            "How long to train: a time, steps or tokens.", "A time is turned into a number of steps by a short calibration at the start, and recorded in config.resolved.toml, so that the run can be repeated bit for bit.", "\"2000 steps\"",
            ["steps", "max_steps", "max_iters", "iters", "iterations", "num_iterations", "epochs", "time", "duration", "tokens", "seconds"]);
        yield return train.Key("batch", new IntegerType(1, 10_000_000), s => s.Batch, (s, v) => s with { Batch = (int)v },
            "Sequences per micro-batch.", "Larger batches make steps smoother and fewer. Memory grows in proportion; accumulate does not need any.", "16", ["batch_size", "micro_batch", "micro_batch_size", "per_device_train_batch_size"]);
        yield return train.Key("accumulate", new IntegerType(1, 10_000_000), s => s.Accumulate, (s, v) => s with { Accumulate = (int)v },
            "Micro-batches per step.", "Their gradients are added before one update; 1×32, 4×8 and 32×1 are the same step.", "4", ["gradient_accumulation", "gradient_accumulation_steps", "grad_accum", "accumulation_steps"]);
        yield return train.Key("recompute", new ChoiceType<Recomputation>(), s => s.Recompute, (s, v) => s with { Recompute = v },
            "Activations that the backward pass computes again instead of keeping them.", "block: of each layer only what leaves it is kept; least memory, about a fifth more time. selective: only norms, activation functions and the like; some of the saving for 3 % more time. The gradients have the same bits.", "\"selective\"",
            ["checkpointing", "activation_checkpointing", "gradient_checkpointing", "grad_checkpoint", "recomputation", "remat"]);
        yield return train.Key("lr", new NumberType(0, 1000, excludesMinimum: true), s => s.LearningRate, (s, v) => s with { LearningRate = v },
            "Peak learning rate.", "The key that matters most. Small models take 1e-3 to 1e-2, larger ones less; halve it when the loss jumps.", "3e-3", ["learning_rate", "max_lr", "rate", "step_size"]);
        yield return train.Key("min_lr", new ValueOrShareType("lr"), s => s.MinLearningRate, (s, v) => s with { MinLearningRate = v },
            "Learning rate at the end of the schedule: a value or a share of lr.", "Where cosine, linear and the cooldown end. \"10%\" is usual for cosine, 0 for warmup-stable-decay.", "\"10%\"", ["min_learning_rate", "lr_min", "final_lr"]);
        yield return train.Key("schedule", new ChoiceType<ScheduleKind>(), s => s.Schedule, (s, v) => s with { Schedule = v },
            "Course of the learning rate after the warm-up.", "warmup-stable-decay: constant, then a short fall; cosine: half a wave down to min_lr; linear; constant.", "\"cosine\"", ["lr_schedule", "scheduler", "lr_scheduler", "decay_lr"]);
        yield return train.Key("warmup", new StepsOrShareType(), s => s.Warmup, (s, v) => s with { Warmup = v },
            "Steps, or share of the run, over which the learning rate rises.", "Adam's averages are noise at first; a rise over 1 to 5 % of the run keeps the first steps small.", "\"2%\"", ["warmup_steps", "warmup_iters", "warmup_ratio", "num_warmup_steps"]);
        yield return train.Key("cooldown", new StepsOrShareType(), s => s.Cooldown, (s, v) => s with { Cooldown = v },
            "Steps, or share of the run, over which warmup-stable-decay falls.", "Most of the gain in loss comes in this part. Other schedules ignore it.", "\"20%\"", ["warmdown", "decay_steps", "lr_decay_iters", "cooldown_steps"]);
        yield return train.Key("cooldown_shape", new ChoiceType<CooldownShape>(), s => s.CooldownShape, (s, v) => s with { CooldownShape = v },
            "Shape of that fall.", "1-sqrt falls fast and ends slowly (arXiv 2405.18392), linear evenly, cosine in half a wave.", "\"linear\"");
        yield return train.Key("optimizer", new ChoiceType<OptimizerKind>(), s => s.Optimizer, (s, v) => s with { Optimizer = v },
            "adamw, sgd or muon.", "muon orthogonalises the updates of the inner matrices and uses AdamW for embeddings, head and vectors.", "\"muon\"", ["optim", "optimiser"]);
        yield return train.Key("betas", new BetasType(), s => (First: s.Beta1, Second: s.Beta2), (s, v) => s with { Beta1 = v.First, Beta2 = v.Second },
            "Decay of AdamW's averages of the gradient and its square.", "[0.9, 0.95] for language models, [0.9, 0.999] in the paper (arXiv 1711.05101); small batches like a higher second one.", "[0.9, 0.95]", ["beta1", "beta2", "adam_betas"]);
        yield return train.Key("epsilon", new NumberType(0, 1, excludesMinimum: true), s => s.Epsilon, (s, v) => s with { Epsilon = v },
            "Added to AdamW's denominator.", "Rarely worth changing.", "1e-8", ["eps", "adam_epsilon", "adam_eps"]);
        yield return train.Key("decay", new NumberType(0, 1000), s => s.Decay, (s, v) => s with { Decay = v },
            "Weight decay of the matrices.", "Decoupled: every step takes lr·decay of a matrix away. Biases and norm weights do not decay.", "0.1", ["weight_decay", "wd", "l2"]);
        yield return train.Key("momentum", new NumberType(0, 1), s => s.Momentum, (s, v) => s with { Momentum = v },
            "Momentum of sgd and muon.", "0.9 for sgd, 0.95 for muon; adamw ignores it.", "0.95", ["muon_momentum"], derivedFrom: "optimizer");
        yield return train.Key("nesterov", new BooleanType(), s => s.Nesterov, (s, v) => s with { Nesterov = v },
            "Look one step ahead in the momentum of sgd and muon.", "Costs nothing and rarely hurts.", "true");
        yield return train.Key("clip", new NumberType(0, 1e9), s => s.Clip, (s, v) => s with { Clip = v },
            "Largest allowed norm of the gradient; 0 is off.", "A longer gradient is scaled down to it, over all parameters together. 1 catches the rare bad batch.", "1.0", ["grad_clip", "max_grad_norm", "gradient_clip", "clip_grad_norm", "gradient_clipping"]);
        yield return train.Key("threads", new ThreadsType(), s => s.Threads, (s, v) => s with { Threads = v },
            "Threads that compute.", "auto takes the cores of the machine. The number changes the speed and not the bits of the result.", "2", ["num_threads", "n_threads", "workers", "num_workers"]);
        yield return train.Key("deterministic", new BooleanType(), s => s.Deterministic, (s, v) => s with { Deterministic = v },
            "Add in a fixed order, so that a run repeats bit for bit.", "Replay, resume and step-through rely on it.", "true");
    }

    private static IEnumerable<ConfigKey> EvalKeys()
    {
        var eval = new ConfigTable<EvalSection>("eval", "", c => c.Eval, (c, s) => c with { Eval = s });
        yield return eval.Key("every", new BudgetType(allowsZero: true), s => s.Every, (s, v) => s with { Every = v },
            "Distance between two evaluations; 0: only at the end.", "Each costs batches forward passes and a sample.", "\"100 steps\"", ["interval", "eval_interval", "eval_every"]);
        yield return eval.Key("batches", new IntegerType(0), s => s.Batches, (s, v) => s with { Batches = (int)v },
            "Validation batches per evaluation while training; 0: all.", "20 batches show the trend; the number at the end is measured on final_batches.", "50", ["eval_iters", "eval_batches", "eval_steps"]);
        yield return eval.Key("final_batches", new IntegerType(0), s => s.FinalBatches, (s, v) => s with { FinalBatches = (int)v },
            "Validation batches of the last evaluation; 0: all.", "The loss in result.json.", "0");
        yield return eval.Key("scores", new BooleanType(), s => s.Scores, (s, v) => s with { Scores = v },
            "The built-in corpus's own scores: grammar, names, questions.", "The generator reads what the model wrote and says what is right. Files have no such scores.", "true");
    }

    private static IEnumerable<ConfigKey> SampleKeys()
    {
        var sample = new ConfigTable<SampleSection>("eval.sample", "", c => c.Eval.Sample, (c, s) => c with { Eval = c.Eval with { Sample = s } });
        yield return sample.Key("prompt", new TextType(), s => s.Prompt, (s, v) => s with { Prompt = v },
            "What the sample goes on from.", "The same every time, so that samples can be compared. Empty: from the start of a document.", "\"Once upon a time\"", ["start", "text"]);
        yield return sample.Key("tokens", new IntegerType(0, 1_000_000), s => s.Tokens, (s, v) => s with { Tokens = (int)v },
            "Tokens to generate; 0: no samples.", "Longer than the context is possible: the window then slides.", "200", ["length", "max_tokens", "max_new_tokens"]);
        yield return sample.Key("temperature", new NumberType(0, 100), s => s.Temperature, (s, v) => s with { Temperature = v },
            "How bold the choice of the next token is; 0 takes the most likely.", "Logits are divided by it. 0.8 reads well; 1 shows the model as it is.", "1.0", ["temp"]);
        yield return sample.Key("top_k", new IntegerType(0), s => s.TopK, (s, v) => s with { TopK = (int)v },
            "Choose among the k most likely tokens; 0 is off.", "Cuts the long tail of unlikely tokens.", "40");
        yield return sample.Key("top_p", new NumberType(0, 1, excludesMinimum: true, includesMaximum: true), s => s.TopP, (s, v) => s with { TopP = v },
            "Choose among the most likely tokens that together reach this probability; 1 is off.", "The token that crosses the line is kept (arXiv 1904.09751).", "0.95");
        yield return sample.Key("seed", new IntegerType(0, long.MaxValue), s => s.Seed, (s, v) => s with { Seed = v },
            "Start of the sample's random sequence.", "Apart from run.seed, so that samples of two runs can be compared.", "1");
    }

    private static IEnumerable<ConfigKey> CheckpointKeys()
    {
        var checkpoint = new ConfigTable<CheckpointSection>("checkpoint", "", c => c.Checkpoint, (c, s) => c with { Checkpoint = s });
        yield return checkpoint.Key("every", new BudgetType(allowsZero: true), s => s.Every, (s, v) => s with { Every = v },
            "Distance between two checkpoints; 0: only at the end.", "Saving is atomic: a run that is killed at any moment resumes bit for bit from the last one.", "\"500 steps\"", ["interval", "save_every", "save_steps", "save_interval", "checkpoint_interval"]);
        yield return checkpoint.Key("keep", new IntegerType(1, 1_000_000), s => s.Keep, (s, v) => s with { Keep = (int)v },
            "How many of the latest checkpoints are kept.", "Older ones are deleted after a new one is complete.", "3", ["save_total_limit", "keep_last", "max_to_keep"]);
        yield return checkpoint.Key("best", new BooleanType(), s => s.Best, (s, v) => s with { Best = v },
            "Keep the checkpoint with the lowest validation loss as well.", "It is not counted in keep.", "true", ["save_best", "keep_best"]);
    }

    private static IEnumerable<ConfigKey> BreakKeys()
    {
        var breaks = new ConfigTable<BreakSection>("break", "", c => c.Break, (c, s) => c with { Break = s });
        yield return breaks.Key("on", new RulesType(), s => s.On, (s, v) => s with { On = v },
            "Rules that end a run gone wrong.", "Names: loss, prev, best, val, gnorm, lr, step, tokens, seconds; nan and inf stand alone; + - * /, < <= > >= == !=, and, or, not, parentheses.", "[\"nan\", \"loss > 3 * best and step > 100\"]", ["rules", "when", "if"]);
        yield return breaks.Key("then", new ChoiceType<BreakAction>(), s => s.Then, (s, v) => s with { Then = v },
            "What a rule that is true does.", "snapshot: save the state for step-through, then stop; stop: stop; ignore: note it in the log and go on.", "\"stop\"", ["action"]);
    }
}
