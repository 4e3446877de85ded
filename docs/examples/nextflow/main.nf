// nextflow run main.nf --genome genome.fa --seed 7: a model and a sample, one contig a job.
nextflow.enable.dsl = 2

process TRAIN {
    cpus 4
    input:
    tuple val(number), val(name), val(size)
    path genome
    path index

    output:
    path "${number}.gsm"

    script:
    """
    printf '%s\\t0\\t%s\\n' '${name}' '${size}' > contig.bed
    gsynth train ${genome} -k 5 --intervals contig.bed --threads ${task.cpus} -o ${number}.gsm
    """
}

process MERGE {
    publishDir '.', mode: 'copy'
    input:
    path models

    output:
    path 'model.gsm'

    script:
    """
    gsynth merge ${models} -o model.gsm
    """
}

process SAMPLE {
    cpus 4
    input:
    tuple val(number), val(name), val(size)
    path genome
    path index
    path model

    output:
    path "${number}.fa"

    script:
    """
    printf '%s\\t0\\t%s\\n' '${name}' '${size}' > contig.bed
    gsynth sample ${model} -g ${genome} --intervals contig.bed --seed ${params.seed} --threads ${task.cpus} -o ${number}.fa
    """
}

process JOIN {
    publishDir '.', mode: 'copy'
    input:
    path samples

    output:
    path 'sample.fa'

    script:
    """
    cat ${samples} > sample.fa
    """
}

workflow {
    genome = file(params.genome)
    index = file("${params.genome}.fai")
    // Numbers with leading zeros, so that the parts are in the order of the genome.
    lines = index.readLines()
    contigs = Channel.fromList((0..<lines.size()).collect { i ->
        def columns = lines[i].split('\t')
        tuple(String.format('%07d', i), columns[0], columns[1])
    })
    models = TRAIN(contigs, genome, index)
    model = MERGE(models.toSortedList { a, b -> a.name <=> b.name })
    samples = SAMPLE(contigs, genome, index, model)
    JOIN(samples.toSortedList { a, b -> a.name <=> b.name })
}
